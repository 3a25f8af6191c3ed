package org.tenon.samples.applications;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Stepper;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.samples.applications.acme.DynamicTanh;

class ProgramsTest {
    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};

    @TempDir
    private Path folder;

    private static float[][] logits(CausalModel model) {
        try (Stepper stepper = model.stepper();
                Stepper.Sequence sequence = stepper.open()) {
            return stepper.step(List.of(Stepper.Chunk.of(sequence, IDS)));
        }
    }

    /** Creates a model, saves it, loads it: the very same logits. */
    private void survives(ModelSpec spec) {
        try (Tenon tenon = Tenon.open("cpu");
                CausalModel created = tenon.create(spec, 42)) {
            float[][] expected = logits(created);
            tenon.save(created, folder);
            try (CausalModel loaded = tenon.causal(folder)) {
                assertEquals(spec, loaded.spec());
                float[][] found = logits(loaded);
                for (int row = 0; row < expected.length; row++) {
                    assertArrayEquals(expected[row], found[row]);
                }
            }
        }
    }

    @Test
    void anArchitectureByHandIsCreatedSavedAndLoaded() throws Exception {
        survives(HandMade.spec(300));
        assertTrue(Files.readString(folder.resolve("config.json")).contains("tenon"));
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
    void anApplicationTellsAStory() throws Exception {
        Path model = Path.of("../../models/src/test/resources/goldens/llama-text");
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
