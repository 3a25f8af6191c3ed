package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.TenonException;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Stepper;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.CheckpointWriter;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.observe.ExpertLoad;
import org.tenon.testing.primitive.PrimitiveProvider;

class MixtralTest {
    private static final ModelFamily MIXTRAL = new Mixtral();
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() {
        assertEquals(
                Architecture.decoder(4096, 32_000)
                        .context(131_072)
                        .norm(rmsNorm(1e-5))
                        .layers(
                                32,
                                i -> block(
                                        attention(32).kvHeads(8).headDim(128).rope(1_000_000),
                                        experts(8, swiGlu(14_336)).topK(2)))
                        .build(),
                MIXTRAL.spec(config("{\"model_type\": \"mixtral\"}")));
    }

    @ParameterizedTest
    @CsvSource({"num_local_experts, 0", "num_local_experts, 1e9", "num_experts_per_tok, 9", "num_experts_per_tok, 0"})
    void expertsThatCantBeAreRefusedByTheirField(String field, String value) {
        InvalidConfig refused =
                assertThrows(InvalidConfig.class, () -> MIXTRAL.spec(config("{\"" + field + "\": " + value + "}")));
        assertTrue(
                refused.getMessage().contains("config.json")
                        && refused.getMessage().contains(field),
                refused::getMessage);
    }

    @Test
    void anArchitectureThatIsNoMixtralIsNotWrittenAsOne() {
        Architecture shape = Architecture.decoder(64, 10);
        assertEquals(
                Optional.empty(),
                MIXTRAL.config(shape.layers(1, _ -> block(attention(4).rope(1e4), swiGlu(8)))
                        .build()));
        assertEquals(
                Optional.empty(),
                MIXTRAL.config(shape.layers(
                                1,
                                _ -> block(
                                        attention(4).rope(1e4),
                                        experts(4, swiGlu(8)).renormalised(false)))
                        .build()));
    }

    private static TenonException refused(Path folder) {
        try (Tenon tenon = Tenon.open()) {
            return assertThrows(TenonException.class, () -> tenon.causal(folder).close());
        }
    }

    /** A golden with other tensors. */
    private static Path changed(Path folder, String golden, Map<String, Optional<WeightSource>> changes) {
        try (Checkpoint checkpoint = Checkpoint.open(GOLDENS.resolve(golden))) {
            Map<String, WeightSource> tensors = new LinkedHashMap<>();
            checkpoint.tensors().keySet().forEach(name -> tensors.put(name, checkpoint.tensor(name)));
            changes.forEach((name, change) -> {
                tensors.remove(name);
                change.ifPresent(tensor -> tensors.put(name, tensor));
            });
            CheckpointWriter.write(folder, tensors, CheckpointWriter.SHARD_BYTES);
            Json.write(folder.resolve(Checkpoint.CONFIG), checkpoint.config());
        }
        return folder;
    }

    @Test
    void anExpertThatIsMissingIsNamed(@TempDir Path folder) {
        String name = "model.layers.1.block_sparse_moe.experts.5.w3.weight";
        TenonException refused = refused(changed(folder, "mixtral-f32", Map.of(name, Optional.empty())));
        assertTrue(
                refused.getMessage().contains("lacks tensors")
                        && refused.getMessage().contains(name),
                refused::getMessage);
    }

    @Test
    void anExpertOfAnotherShapeIsNamedWithBothShapes(@TempDir Path folder) {
        String name = "model.layers.0.block_sparse_moe.experts.2.w1.weight";
        try (Checkpoint checkpoint = Checkpoint.open(GOLDENS.resolve("mixtral-f32"))) {
            WeightSource other = checkpoint.tensor("model.layers.0.block_sparse_moe.experts.2.w2.weight");
            TenonException refused = refused(changed(folder, "mixtral-f32", Map.of(name, Optional.of(other))));
            assertTrue(
                    refused.getMessage().contains("of shape [48, 24] where [24, 48] is needed"), refused::getMessage);
        }
    }

    @Test
    void anExpertTooManyIsNamed(@TempDir Path folder) {
        String name = "model.layers.0.block_sparse_moe.experts.8.w1.weight";
        try (Checkpoint checkpoint = Checkpoint.open(GOLDENS.resolve("mixtral-f32"))) {
            WeightSource more = checkpoint.tensor("model.layers.0.block_sparse_moe.experts.7.w1.weight");
            TenonException refused = refused(changed(folder, "mixtral-f32", Map.of(name, Optional.of(more))));
            assertTrue(
                    refused.getMessage().contains("uses")
                            && refused.getMessage().contains(name),
                    refused::getMessage);
        }
    }

    /** The load of each layer's experts after a few steps of 7 rows, and of one. */
    private static Map<String, List<Long>> load(Tenon.Builder builder, Path folder) {
        ExpertLoad load = new ExpertLoad();
        try (Tenon tenon = builder.open();
                CausalModel model = tenon.causal(folder);
                Stepper stepper = model.stepper();
                Stepper.Sequence sequence = stepper.open()) {
            stepper.step(List.of(Stepper.Chunk.of(sequence, 9))); // nobody listens yet
            ModelListener.Registration listening = model.routing(load);
            stepper.step(List.of(Stepper.Chunk.of(sequence, 3, 4, 5, 6, 7, 8, 9)));
            stepper.step(List.of(Stepper.Chunk.of(sequence, 10)));
            listening.close();
            stepper.step(List.of(Stepper.Chunk.of(sequence, 11))); // and nobody any more
        }
        return load.rows();
    }

    @Test
    void theLoadOfExpertsCanBeWatchedOnAnyBackend() {
        Path folder = GOLDENS.resolve("mixtral-joined");
        Map<String, List<Long>> load = load(Tenon.builder().backend("cpu").activations(DType.F32), folder);
        assertEquals(List.of("layers.0.channels", "layers.1.channels"), List.copyOf(load.keySet()));
        load.forEach((layer, rows) -> {
            assertEquals(5, rows.size(), layer);
            assertEquals(3 * 8, rows.stream().mapToLong(Long::longValue).sum(), layer);
        });
        assertEquals(load, load(Tenon.builder().backend(new PrimitiveProvider()).activations(DType.F32), folder));
        assertEquals(
                Map.of(),
                load(Tenon.builder().backend("cpu").activations(DType.F32), GOLDENS.resolve("mistral-window")));
    }

    @Test
    void aListenerThatThrowsIsDetached() {
        AtomicInteger calls = new AtomicInteger();
        try (Tenon tenon = Tenon.open();
                CausalModel model = tenon.causal(GOLDENS.resolve("mixtral-joined"));
                Stepper stepper = model.stepper();
                Stepper.Sequence sequence = stepper.open()) {
            model.routing((layer, rows) -> {
                calls.incrementAndGet();
                throw new IllegalStateException(layer);
            });
            stepper.step(List.of(Stepper.Chunk.of(sequence, 3)));
            stepper.step(List.of(Stepper.Chunk.of(sequence, 4)));
        }
        assertEquals(1, calls.get());
    }

    @ParameterizedTest
    @CsvSource({"mixtral-f32", "mixtral-joined"})
    void expertsAreSavedOneByOneAsTheyArePublished(String golden, @TempDir Path folder) {
        try (Tenon tenon = Tenon.open();
                CausalModel model = tenon.causal(GOLDENS.resolve(golden))) {
            tenon.save(model, folder);
        }
        try (Checkpoint saved = Checkpoint.open(folder);
                Checkpoint published = Checkpoint.open(GOLDENS.resolve("mixtral-f32"))) {
            assertEquals("mixtral", saved.config().text("model_type"));
            List<String> names = saved.tensors().keySet().stream().sorted().toList();
            int experts = saved.config().positive("num_local_experts");
            assertEquals(
                    published.tensors().keySet().stream()
                            .filter(name -> !name.matches(".*experts\\.([" + experts + "-9]).*"))
                            .sorted()
                            .toList(),
                    names);
        }
    }
}
