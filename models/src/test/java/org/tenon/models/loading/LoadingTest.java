package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.InvalidConfig;
import org.tenon.api.TenonException;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Closed;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Stepper;
import org.tenon.api.model.Stepper.Chunk;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Access;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.CheckpointWriter;
import org.tenon.models.checkpoint.InvalidCheckpoint;
import org.tenon.models.checkpoint.Json;

class LoadingTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");
    private static final Path LLAMA = GOLDENS.resolve("llama-gqa-tied");

    @TempDir
    private Path folder;

    private static Tenon.Builder small() {
        return Tenon.builder()
                .backend("cpu")
                .limits(Limits.defaults().sequences(2).context(64).rows(32).outputs(8));
    }

    private static float[][] logits(CausalModel model) {
        try (Stepper stepper = model.stepper()) {
            return stepper.step(List.of(Chunk.of(stepper.open(), 3, 1, 4, 1, 5)));
        }
    }

    /** A copy of a checkpoint, changed. */
    private void copy(Path from, Consumer<Map<String, WeightSource>> tensors, Map<String, Object> config) {
        try (Checkpoint checkpoint = Checkpoint.open(from)) {
            Map<String, WeightSource> all = new LinkedHashMap<>();
            checkpoint.tensors().keySet().forEach(name -> all.put(name, checkpoint.tensor(name)));
            tensors.accept(all);
            CheckpointWriter.write(folder, all, CheckpointWriter.SHARD_BYTES);
            Config changed = checkpoint.config();
            for (Map.Entry<String, Object> entry : config.entrySet()) {
                changed = changed.with(entry.getKey(), entry.getValue());
            }
            Json.write(folder.resolve(Checkpoint.CONFIG), changed);
        }
    }

    private <T extends TenonException> String refused(Class<T> kind) {
        try (Tenon tenon = small().open()) {
            return assertThrows(kind, () -> tenon.causal(folder)).getMessage();
        }
    }

    @Test
    void aMissingTensorIsNamedAsTheCheckpointSpellsIt() {
        copy(
                LLAMA,
                tensors -> {
                    tensors.remove("model.layers.1.mlp.up_proj.weight");
                    tensors.remove("model.norm.weight");
                },
                Map.of());
        String message = refused(InvalidCheckpoint.class);
        assertTrue(message.contains("model.layers.1.mlp.up_proj.weight"), message);
        assertTrue(message.contains("model.norm.weight"), message);
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithBothShapes() {
        copy(LLAMA, tensors -> {}, Map.of("intermediate_size", 44));
        String message = refused(InvalidCheckpoint.class);
        assertTrue(message.contains("[40, 48]") && message.contains("[44, 48]"), message);
    }

    @Test
    void aTensorThatNothingUsesIsRefusedUnlessTolerated() {
        copy(
                LLAMA,
                tensors -> tensors.put("model.layers.0.self_attn.q_proj.bias", tensors.get("model.norm.weight")),
                Map.of());
        String message = refused(InvalidCheckpoint.class);
        assertTrue(message.contains("model.layers.0.self_attn.q_proj.bias"), message);
        assertTrue(message.contains("tolerant"), message);
        try (Tenon tenon = small().tolerant(true).open();
                CausalModel model = tenon.causal(folder);
                Tenon plain = small().open();
                CausalModel original = plain.causal(LLAMA)) {
            assertArrayEquals(logits(original), logits(model));
        }
    }

    @Test
    void anUnknownFamilyIsToldWithThoseThatAreKnown() {
        copy(LLAMA, tensors -> {}, Map.of("model_type", "perceptron"));
        String message = refused(InvalidConfig.class);
        assertTrue(message.contains("perceptron") && message.contains("llama"), message);
    }

    @Test
    void aModelThatIsTooLargeIsRefusedBeforeAnythingIsPrepared() {
        List<Long> prepared = new ArrayList<>();
        try (Tenon tenon = small().limits(Limits.defaults().cacheBytes(1000))
                .progress((done, total) -> prepared.add(done))
                .open()) {
            assertThrows(InvalidRequest.class, () -> tenon.causal(LLAMA));
            assertEquals(List.of(), prepared);
        }
    }

    @Test
    void progressGoesUpToTheWhole() {
        List<Long> prepared = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        try (Tenon tenon = small().progress((done, total) -> {
                            prepared.add(done);
                            totals.add(total);
                        })
                        .open();
                CausalModel model = tenon.causal(LLAMA)) {
            assertEquals(128, model.vocabulary());
            assertEquals(prepared.stream().sorted().toList(), prepared);
            assertEquals(totals.getLast(), prepared.getLast());
        }
    }

    @Test
    void activationsAreThoseOfTheCheckpointUnlessChosen() {
        try (Tenon tenon = small().open();
                CausalModel model = tenon.causal(LLAMA);
                Tenon chosen = small().activations(DType.F32).open();
                CausalModel wide = chosen.causal(LLAMA)) {
            assertEquals(DType.BF16, model.numerics().activations());
            assertEquals(DType.F32, model.numerics().residual());
            assertEquals(DType.F32, wide.numerics().activations());
        }
    }

    @Test
    void copiedWeightsGiveTheSameLogits() {
        try (Tenon mapped = small().open();
                Tenon copied = small().access(Access.COPIED).open();
                CausalModel one = mapped.causal(LLAMA);
                CausalModel two = copied.causal(LLAMA)) {
            assertArrayEquals(logits(one), logits(two));
        }
    }

    @Test
    void aSavedModelIsTheSameModel() throws IOException {
        for (String golden : List.of(
                "llama-gqa-tied",
                "llama-biases",
                "llama-text",
                "llama-old-yarn",
                "llama-mqa-f16",
                "mistral-old",
                "qwen2-old-window",
                "qwen2-layer-types",
                "qwen3-biases-window")) {
            Path saved = folder.resolve(golden);
            float[][] expected;
            try (Tenon tenon = small().open();
                    CausalModel model = tenon.causal(GOLDENS.resolve(golden))) {
                tenon.save(model, saved);
                expected = logits(model);
            }
            assertEquals(
                    golden.substring(0, golden.indexOf('-')),
                    Json.read(saved.resolve(Checkpoint.CONFIG)).text("model_type"));
            assertTrue(Files.exists(saved.resolve(Checkpoint.GENERATION_CONFIG)));
            try (Tenon tenon = small().open();
                    CausalModel model = tenon.causal(saved)) {
                assertArrayEquals(expected, logits(model), golden);
                assertEquals(golden.equals("llama-text"), model.tokenizer().isPresent());
            }
        }
    }

    /** Where no file but config.json says which tokens begin and end. */
    @Test
    void whatTokensMeanIsSavedToo() throws IOException {
        Path bare = Files.createDirectory(folder.resolve("bare"));
        for (String file : List.of(Checkpoint.CONFIG, "model.safetensors")) {
            Files.copy(GOLDENS.resolve("bamba-hybrid").resolve(file), bare.resolve(file));
        }
        Path saved = folder.resolve("saved");
        try (Tenon tenon = small().open();
                CausalModel model = tenon.causal(bare)) {
            assertEquals(List.of(2), List.copyOf(model.defaults().endTokens()));
            tenon.save(model, saved);
        }
        try (Tenon tenon = small().open();
                CausalModel model = tenon.causal(saved)) {
            assertEquals(List.of(2), List.copyOf(model.defaults().endTokens()));
        }
        assertEquals(
                Json.read(bare.resolve(Checkpoint.CONFIG)).child("bos_token_id"),
                Json.read(saved.resolve(Checkpoint.CONFIG)).child("bos_token_id"));
    }

    @Test
    void aModelCreatedFromASeedIsTheSameEachTimeAndWhenSaved() {
        Path saved = folder.resolve("created");
        try (Tenon tenon = small().open()) {
            var spec = tenon.blueprint(LLAMA).spec();
            try (CausalModel one = tenon.create(spec, 7);
                    CausalModel same = tenon.create(spec, 7);
                    CausalModel other = tenon.create(spec, 8)) {
                float[][] logits = logits(one);
                assertArrayEquals(logits, logits(same));
                assertFalse(java.util.Arrays.deepEquals(logits, logits(other)));
                tenon.save(one, saved);
                try (CausalModel loaded = tenon.causal(saved)) {
                    assertEquals(spec, loaded.spec());
                    assertArrayEquals(logits, logits(loaded));
                }
            }
        }
    }

    @Test
    void aTextComesOutAsGenerationConfigSays() {
        try (Tenon tenon = Tenon.open("cpu");
                CausalModel model = tenon.causal(GOLDENS.resolve("llama-text"))) {
            assertEquals(0.6, model.defaults().temperature().getAsDouble());
            int[] once = model.generate("Hello", sampling().seed(3)).await().ids();
            assertTrue(once.length >= 1 && once.length <= 24, "max_new_tokens");
            assertArrayEquals(
                    once, model.generate("Hello", sampling().seed(3)).await().ids());
        }
    }

    @Test
    void closingTenonClosesItsModels() {
        Tenon tenon = small().open();
        CausalModel model = tenon.causal(LLAMA);
        CausalModel gone = tenon.causal(LLAMA);
        gone.close();
        assertThrows(TenonException.class, () -> tenon.save(gone, folder));
        tenon.close();
        tenon.close();
        assertThrows(Closed.class, () -> model.generate(Request.ids(1)));
        assertThrows(Closed.class, () -> tenon.causal(LLAMA));
        assertThrows(TenonException.class, () -> tenon.save(model, folder));
    }

    @Test
    void anUnknownBackendIsToldWithThoseThatAreThere() {
        try (Tenon tenon = Tenon.open("abacus")) {
            String message = assertThrows(TenonException.class, () -> tenon.causal(LLAMA))
                    .getMessage();
            assertTrue(message.contains("abacus") && message.contains("cpu"), message);
        }
        try (Tenon tenon = small().device("no-such-device").open()) {
            String message = assertThrows(TenonException.class, () -> tenon.causal(LLAMA))
                    .getMessage();
            assertTrue(message.contains("no-such-device"), message);
        }
    }

    @Test
    void aBrokenPluginIsAReasonInTheListAndNothingElse() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve("org.tenon.api.backend.BackendProvider"), "org.example.NotThere\n");
        try (var loader = new java.net.URLClassLoader(
                        new java.net.URL[] {folder.toUri().toURL()}, LoadingTest.class.getClassLoader());
                Tenon tenon = Tenon.builder().plugins(loader).backend("cpu").open();
                CausalModel model = tenon.causal(LLAMA)) {
            assertInstanceOf(float[].class, logits(model)[0]);
            assertTrue(
                    tenon.backendProblems().stream().anyMatch(reason -> reason.contains("org.example.NotThere")),
                    tenon.backendProblems()::toString);
            assertTrue(tenon.backends().stream()
                    .anyMatch(status -> status.name().equals("cpu")
                            && status.presence().available()
                            && !status.devices().isEmpty()));
        }
    }
}
