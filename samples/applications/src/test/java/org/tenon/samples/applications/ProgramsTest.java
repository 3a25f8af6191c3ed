package org.tenon.samples.applications;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.crossAttention;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Pooling;
import org.tenon.api.model.Request;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.api.model.Stepper;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Json;
import org.tenon.samples.applications.acme.DynamicTanh;

class ProgramsTest {
    private static final Path GOLDENS = Path.of("../../models/src/test/resources/goldens");
    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
    private static final int[] SOURCE = {2, 7, 1, 8, 2, 8, 1};

    @TempDir
    private Path folder;

    private static float[][] logits(GenerativeModel model) {
        try (Stepper stepper = model.stepper();
                Stepper.Sequence sequence = model instanceof Seq2SeqModel ? stepper.open(SOURCE) : stepper.open()) {
            return stepper.step(List.of(Stepper.Chunk.of(sequence, IDS)));
        }
    }

    /** Creates a model, goes on with it, saves it, loads it: the very same logits. Gives the model type that it was saved as. */
    private String survives(ModelSpec spec) {
        try (Tenon tenon = Tenon.open("cpu");
                GenerativeModel created = create(tenon, spec)) {
            float[][] expected = logits(created);
            Request request =
                    Request.ids(IDS).sampling(sampling().greedy().maxTokens(5).ignoreEndTokens());
            try (Generation generation = created.generate(request)) {
                assertEquals(5, generation.await().ids().length);
            }
            tenon.save(created, folder);
            try (GenerativeModel loaded = (GenerativeModel) tenon.model(folder)) {
                float[][] found = logits(loaded);
                for (int row = 0; row < expected.length; row++) {
                    assertArrayEquals(expected[row], found[row]);
                }
                String type = Json.read(folder.resolve("config.json")).text("model_type");
                if (type.equals(
                        "tenon")) { // a family's file says what follows from the rest, too, such as the width of a head
                    assertEquals(spec, loaded.spec());
                }
                return type;
            }
        }
    }

    private static GenerativeModel create(Tenon tenon, ModelSpec spec) {
        return spec.kind() == ModelSpec.Kind.SEQ2SEQ ? tenon.createSeq2Seq(spec, 42) : tenon.create(spec, 42);
    }

    static Stream<Arguments> byHand() {
        return Stream.of(
                Arguments.of("llama", HandMade.llama(300)),
                Arguments.of("mixtral", HandMade.mixtral(300)),
                Arguments.of("bamba", HandMade.hybrid(300)),
                Arguments.of("t5", HandMade.t5(300)),
                Arguments.of("tenon", HandMade.nobodys(300)));
    }

    /** What a family can express is saved in its spelling, anything else as the tree of its records. */
    @ParameterizedTest
    @MethodSource("byHand")
    void anArchitectureByHandIsCreatedSavedAndLoaded(String modelType, ModelSpec spec) {
        assertEquals(modelType, survives(spec));
    }

    /** No family can say this one, and a decoder must know what it begins after. */
    @Test
    void anEncoderWithADecoderThatNobodyHasPublishedIsCreatedSavedAndLoaded() {
        ModelSpec spec = Architecture.encoder(64, 100)
                .context(128)
                .norm(rmsNorm(1e-6))
                .layers(2, i -> block(attention(4).bothWays(), swiGlu(96)))
                .decoder()
                .layers(
                        2,
                        i -> block(
                                mamba2(16).headDim(16),
                                crossAttention("encoder", 4),
                                experts(4, swiGlu(32)).topK(2)))
                .tiedHead()
                .build();
        assertEquals("tenon", survives(spec));
    }

    /** An encoder gives rows, not tokens: its last hidden states, and what its pooler makes of the first. */
    @Test
    void anEncoderByHandIsCreatedSavedAndLoaded() {
        ModelSpec spec = HandMade.bert(300);
        try (Tenon tenon = Tenon.open("cpu");
                EncoderModel created = tenon.createEncoder(spec, 42)) {
            tenon.save(created, folder);
            try (EncoderModel loaded = tenon.encoder(folder)) {
                assertEquals("bert", Json.read(folder.resolve("config.json")).text("model_type"));
                assertEquals(spec, loaded.spec());
                EncoderInput input = EncoderInput.ids(SOURCE);
                Encoded expected = created.encode(input, ModelSpec.POOLER);
                Encoded found = loaded.encode(input, ModelSpec.POOLER);
                assertEquals(SOURCE.length, expected.hidden().length);
                for (int row = 0; row < SOURCE.length; row++) {
                    assertArrayEquals(expected.hidden()[row], found.hidden()[row]);
                }
                assertArrayEquals(expected.embedding(Pooling.POOLER), found.embedding(Pooling.POOLER));
            }
        }
    }

    @Test
    void theGuidesProgramsAreTheseOnes() throws Exception {
        String guide = Files.readString(Path.of("../../docs/building-architectures.md"));
        Path sources = Path.of("src/main/java/org/tenon/samples/applications");
        String programs = flat(Files.readString(sources.resolve("HandMade.java"))
                + Files.readString(sources.resolve("Encoders.java")));
        List<String> blocks = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(guide)
                .results()
                .map(block -> flat(block.group(1)))
                .toList();
        // the imports, six architectures, two programs
        assertEquals(9, blocks.stream().filter(programs::contains).count(), blocks::toString);
    }

    private static String flat(String code) {
        return code.replaceAll("\\s+", "");
    }

    @Test
    void aThirdPartysLayerAndOpWorkByName() {
        survives(Architecture.decoder(64, 100)
                .context(128)
                .norm(new DynamicTanh(0.7))
                .layers(2, i -> block(attention(4).rope(10_000), swiGlu(96)))
                .tiedHead()
                .build());
    }

    @Test
    void everyFaultOfAnArchitectureIsNamedByItsPlace() {
        InvalidArchitecture invalid = assertThrows(
                InvalidArchitecture.class,
                () -> Architecture.decoder(64, 100)
                        .context(128)
                        .norm(rmsNorm(1e-5))
                        .layers(
                                3,
                                i -> block(attention(32).kvHeads(i == 1 ? 7 : 8).headDim(2), swiGlu(i == 2 ? 0 : 96)))
                        .tiedHead()
                        .build());
        assertTrue(
                invalid.getMessage().contains("layers[1].mixer.kvHeads: 7 does not divide heads 32"),
                invalid::getMessage);
        assertTrue(invalid.getMessage().contains("layers[2].channels"), invalid::getMessage);
        assertFalse(invalid.getMessage().contains("layers[0]"), invalid::getMessage);
    }

    @Test
    void anEncoderWithADecoderIsSearchedForItsBestOutputs() {
        List<Hypothesis> found = Encoders.rewrite(GOLDENS.resolve("t5-f32"), SOURCE);
        assertEquals(2, found.size());
        assertTrue(found.getFirst().score() >= found.getLast().score(), found::toString);
        assertFalse(found.getFirst().ids().isEmpty());
    }

    @Test
    void anEncoderMakesVectorsOfTheLengthOne() {
        EncoderInput input = EncoderInput.ids(SOURCE);
        List<float[]> vectors =
                Encoders.vectors(GOLDENS.resolve("bert-body"), List.of(input, EncoderInput.ids(9), input));
        assertEquals(1, product(vectors.get(0), vectors.get(2)), 1e-5); // as many roundings of F32 as it has numbers
        assertTrue(product(vectors.get(0), vectors.get(1)) < 0.999);
    }

    private static double product(float[] one, float[] other) {
        double sum = 0;
        for (int d = 0; d < one.length; d++) {
            sum += (double) one[d] * other[d];
        }
        return sum;
    }

    @Test
    void anApplicationTellsAStory() throws Exception {
        Path model = GOLDENS.resolve("llama-text");
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        Storyteller.tell(model, "the ", new PrintStream(first, true, StandardCharsets.UTF_8));
        Storyteller.tell(model, "the ", new PrintStream(second, true, StandardCharsets.UTF_8));
        assertTrue(first.size() > 20, first.toString(StandardCharsets.UTF_8));
        assertEquals(
                first.toString(StandardCharsets.UTF_8), second.toString(StandardCharsets.UTF_8), "the seed is fixed");
    }

    @Test
    void aThirdPartysFamilyLoadsItsOwnCheckpoint() throws Exception {
        AcmeCheckpoint.write(folder);
        try (Tenon tenon = Tenon.open("cpu");
                CausalModel model = tenon.causal(folder)) {
            assertEquals(2, model.spec().stacks().getFirst().layers().size());
            float[][] rows = logits(model);
            assertEquals(IDS.length, rows.length);
            assertTrue(Float.isFinite(rows[0][0]));
        }
    }
}
