package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.bytes;
import static org.tenon.models.checkpoint.Fixtures.elements;
import static org.tenon.models.checkpoint.Fixtures.resource;
import static org.tenon.models.checkpoint.Fixtures.weight;
import static org.tenon.models.checkpoint.Fixtures.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.Shape;

class CheckpointWriterTest {
    @TempDir
    Path folder;

    private static Map<String, WeightSource> weights(String... names) {
        Map<String, WeightSource> weights = new LinkedHashMap<>();
        for (String name : names) {
            weights.put(name, weight(name, Shape.of(2), name.length(), weights.size()));
        }
        return weights;
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    /** llama-sharded was saved by Transformers in shards of at most 32 KB. */
    @Test
    void aCheckpointOfTransformersIsWrittenWithTheSameBytes() throws IOException {
        Path original = resource("goldens/llama-mha-f32");
        try (Checkpoint golden = Checkpoint.open(original)) {
            Map<String, WeightSource> weights = new LinkedHashMap<>();
            golden.tensors().keySet().forEach(name -> weights.put(name, golden.tensor(name)));
            CheckpointWriter.write(folder, weights, CheckpointWriter.SHARD_BYTES);
        }
        assertArrayEquals(
                Files.readAllBytes(original.resolve(Checkpoint.WEIGHTS)),
                Files.readAllBytes(folder.resolve(Checkpoint.WEIGHTS)));
        assertEquals(Set.of(Checkpoint.WEIGHTS), files());
    }

    @Test
    void aShardedCheckpointOfTransformersIsWrittenWithTheSameBytes() throws IOException {
        Path original = resource("goldens/llama-sharded");
        List<String> order;
        try (Checkpoint golden = Checkpoint.open(original)) {
            order = List.copyOf(golden.tensors().keySet());
            Map<String, WeightSource> weights = new LinkedHashMap<>();
            order.forEach(name -> weights.put(name, golden.tensor(name)));
            long largest = 0;
            for (int shard = 1; shard <= 3; shard++) {
                String file = String.format("model-%05d-of-00003.safetensors", shard);
                largest = Math.max(
                        largest,
                        golden.tensors().values().stream()
                                .filter(tensor -> tensor.file().endsWith(file))
                                .mapToLong(StoredTensor::bytes)
                                .sum());
            }
            CheckpointWriter.write(folder, weights, largest);
        }
        assertEquals(Json.read(original.resolve(Checkpoint.INDEX)), Json.read(folder.resolve(Checkpoint.INDEX)));
        for (String file : List.of("1", "2", "3")) {
            String name = "model-0000" + file + "-of-00003.safetensors";
            assertArrayEquals(Files.readAllBytes(original.resolve(name)), Files.readAllBytes(folder.resolve(name)));
        }
        assertEquals(
                Files.readString(original.resolve(Checkpoint.INDEX)),
                Files.readString(folder.resolve(Checkpoint.INDEX)));
    }

    @Test
    void shardsAreFilledInOrderAndALargeWeightHasItsOwn() {
        Map<String, WeightSource> weights = weights("a", "b", "c");
        weights.put("large", weight("large", Shape.of(100), new float[100]));
        weights.put("d", weights("d").get("d"));
        CheckpointWriter.write(folder, weights, 16);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Map<String, String> shards = new LinkedHashMap<>();
            checkpoint
                    .tensors()
                    .forEach((name, tensor) -> shards.put(
                            name, tensor.file().getFileName().toString().substring(0, 20)));
            assertEquals(
                    Map.of(
                            "a", "model-00001-of-00004",
                            "b", "model-00001-of-00004",
                            "c", "model-00002-of-00004",
                            "large", "model-00003-of-00004",
                            "d", "model-00004-of-00004"),
                    shards);
            weights.forEach((name, weight) -> assertArrayEquals(elements(weight), elements(checkpoint.tensor(name))));
        }
    }

    @Test
    void whatAnEarlierSaveLeftIsRemovedAndNothingElse() throws IOException {
        write(folder.resolve("config.json"), "{}");
        write(folder.resolve("model-extra.safetensors"), "kept");
        CheckpointWriter.write(folder, weights("a", "b", "c"), 8);
        assertEquals(6, files().size());
        CheckpointWriter.write(folder, weights("a", "b"), 8);
        assertEquals(
                Set.of(
                        "config.json",
                        "model-extra.safetensors",
                        Checkpoint.INDEX,
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors"),
                files());
        CheckpointWriter.write(folder, weights("a"), 8);
        assertEquals(Set.of("config.json", "model-extra.safetensors", Checkpoint.WEIGHTS), files());
        CheckpointWriter.write(folder, weights("a", "b"), 8);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(Set.of("a", "b"), checkpoint.tensors().keySet());
        }
    }

    @Test
    void aCheckpointMayBeSavedOverItself() {
        CheckpointWriter.write(folder, weights("a", "b", "c"), 8);
        try (Checkpoint old = Checkpoint.open(folder)) {
            Map<String, WeightSource> weights = new LinkedHashMap<>();
            old.tensors().keySet().forEach(name -> weights.put("new." + name, old.tensor(name)));
            CheckpointWriter.write(folder, weights, 8);
            try (Checkpoint replaced = Checkpoint.open(folder)) {
                weights.forEach((name, weight) -> assertArrayEquals(bytes(weight), bytes(replaced.tensor(name))));
            }
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsRefused() {
        Path file = write(folder.resolve("file"), "");
        assertRefused(() -> CheckpointWriter.write(file.resolve("below"), weights("a"), 8), "below", "can't be made");
    }
}
