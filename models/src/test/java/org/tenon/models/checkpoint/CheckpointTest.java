package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.assertRefusedAtOnce;
import static org.tenon.models.checkpoint.Fixtures.elements;
import static org.tenon.models.checkpoint.Fixtures.entry;
import static org.tenon.models.checkpoint.Fixtures.resource;
import static org.tenon.models.checkpoint.Fixtures.safetensors;
import static org.tenon.models.checkpoint.Fixtures.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.backend.WeightSource;

class CheckpointTest {
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    /** A shard with one tensor of one byte for each name. */
    private Path shard(String file, String... names) {
        String header = IntStream.range(0, names.length)
                .mapToObj(i -> entry(names[i], "U8", "[1]", "[" + i + "," + (i + 1) + "]"))
                .collect(Collectors.joining(",", "{\"__metadata__\":{\"file\":\"" + file + "\"},", "}"));
        return write(folder.resolve(file), safetensors(header, names.length));
    }

    private Path index(String text) {
        return write(folder.resolve(Checkpoint.INDEX), text);
    }

    private void assertFolderRefused(String... message) {
        assertRefusedAtOnce(() -> Checkpoint.open(folder).close(), message);
    }

    @ParameterizedTest
    @EnumSource(Access.class)
    void aFolderOfTransformersOpens(Access access) {
        try (Checkpoint golden = Checkpoint.open(resource("goldens/llama-mha-f32"), access)) {
            assertEquals("llama", golden.config().text("model_type"));
            assertTrue(golden.generationConfig().isPresent());
            assertEquals(Map.of("format", "pt"), golden.metadata());
            int vocabulary = golden.config().positive("vocab_size");
            int hidden = golden.config().positive("hidden_size");
            WeightSource embedding = golden.tensor("model.embed_tokens.weight");
            assertEquals(vocabulary, embedding.shape().size(0));
            assertEquals(hidden, embedding.shape().size(1));
            assertEquals(
                    (long) vocabulary * hidden,
                    golden.tensors().get("model.embed_tokens.weight").elements());
            assertRefused(() -> golden.tensor("model.missing"), "llama-mha-f32", "\"model.missing\"", "isn't there");
        }
    }

    @Test
    void shardsOfTransformersAreOneCheckpoint() {
        try (Checkpoint golden = Checkpoint.open(resource("goldens/llama-sharded"))) {
            Set<Path> files =
                    golden.tensors().values().stream().map(StoredTensor::file).collect(Collectors.toSet());
            assertEquals(3, files.size());
            Set<String> listed = Json.read(golden.folder().resolve(Checkpoint.INDEX))
                    .child("weight_map")
                    .keys();
            assertEquals(listed, golden.tensors().keySet());
            for (String name : listed) {
                assertEquals(golden.tensors().get(name).elements(), elements(golden.tensor(name)).length);
            }
        }
    }

    @Test
    void aSingleFileIsPreferredToAnIndex() {
        shard(Checkpoint.WEIGHTS, "a");
        index("this isn't even JSON");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(Set.of("a"), checkpoint.tensors().keySet());
        }
    }

    /** As in Transformers, which loads all that a listed shard holds. */
    @Test
    void aTensorThatTheIndexDoesNotListIsThereAllTheSame() {
        shard(ONE, "a", "unlisted");
        shard(TWO, "b");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(
                    List.of("a", "unlisted", "b"),
                    List.copyOf(checkpoint.tensors().keySet()));
            assertArrayEquals(new float[] {1}, elements(checkpoint.tensor("unlisted")));
            assertEquals(Map.of("file", ONE), checkpoint.metadata());
        }
    }

    /** The layout of Hugging Face's cache: snapshots/revision/name links to ../../blobs/hash. */
    @Test
    void filesMayBeLinksToElsewhere(@TempDir Path cache) throws IOException {
        Path blobs = Files.createDirectories(cache.resolve("blobs"));
        Path snapshot = Files.createDirectories(cache.resolve("snapshots/revision"));
        shard(ONE, "a");
        shard(TWO, "b");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        for (String name : List.of(ONE, TWO, Checkpoint.INDEX)) {
            Files.move(folder.resolve(name), blobs.resolve("hash-of-" + name));
            Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs/hash-of-" + name));
        }
        try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
            assertEquals(Set.of("a", "b"), checkpoint.tensors().keySet());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.safetensors",
                "..",
                ".",
                "",
                "/etc/passwd",
                "shards/model.safetensors",
                "..\\\\outside.safetensors",
                "C:model.safetensors",
                "file:model.safetensors",
                "model\\u0000.safetensors",
                "model\\n.safetensors"
            })
    void aShardOutsideTheFolderIsRefused(String name) {
        shard(ONE, "a");
        Path index = index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"evil\":\"" + name + "\"}}");
        assertFolderRefused(
                index.toString(), "weight_map.evil", "must be the name of a file in the index's own folder");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "not JSON | '{\"weight_map\"' | isn't valid JSON",
                "a list | '[]' | the whole must be an object, but is a list",
                "null | 'null' | the whole must be an object, but is null",
                "no map | '{}' | weight_map must be given, but is missing",
                "a null map | '{\"weight_map\":null}' | weight_map must be given, but is null",
                "a list as map | '{\"weight_map\":[]}' | weight_map must be an object, but is a list",
                "an empty map | '{\"weight_map\":{}}' | weight_map must be an object with at least one tensor",
                "a number as shard | '{\"weight_map\":{\"a\":1}}' | weight_map.a must be a text, but is 1",
                "a list as shard | '{\"weight_map\":{\"a\":[\"x\"]}}' | weight_map.a must be a text, but is a list",
                "null as shard | '{\"weight_map\":{\"a\":null}}' | weight_map.a must be given, but is null",
                "a tensor twice | '{\"weight_map\":{\"a\":\"x\",\"a\":\"x\"}}' | the key \"a\" stands there twice",
            })
    void aBrokenIndexIsRefused(String what, String json, String message) {
        Path index = index(json);
        assertFolderRefused(index.toString(), message);
    }

    @Test
    void aMissingShardIsNamed() {
        shard(ONE, "a");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        assertFolderRefused(folder.resolve(TWO).toString(), "doesn't exist");
    }

    @Test
    void aBrokenShardIsNamed() {
        shard(ONE, "a");
        Path broken = write(folder.resolve(TWO), safetensors("{}", 3));
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        assertFolderRefused(broken.toString(), "the tensors end at byte");
    }

    @Test
    void aTensorThatIsInAnotherShardIsRefused() {
        shard(ONE, "a");
        shard(TWO, "b");
        Path index = index("{\"weight_map\":{\"a\":\"" + TWO + "\",\"b\":\"" + ONE + "\"}}");
        assertFolderRefused(index.toString(), "\"a\"", "isn't in " + TWO, "but in " + ONE);
    }

    @Test
    void aTensorThatIsInNoShardIsRefused() {
        shard(ONE, "a");
        Path index = index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + ONE + "\"}}");
        assertFolderRefused(index.toString(), "\"b\"", "isn't in " + ONE);
    }

    @Test
    void aTensorInTwoShardsIsRefused() {
        shard(ONE, "a");
        Path two = shard(TWO, "b", "a");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        assertFolderRefused(two.toString(), "\"a\"", "is in " + ONE + " as well");
    }

    @Test
    void shardsThatAreTheSameFileAreRefused() throws IOException {
        shard(ONE, "a");
        Files.createSymbolicLink(folder.resolve(TWO), Path.of(ONE));
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        assertFolderRefused(TWO, "\"a\"", "is in " + ONE + " as well");
    }

    @Test
    void linksInACircleAreRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve(ONE), Path.of(TWO));
        Files.createSymbolicLink(folder.resolve(TWO), Path.of(ONE));
        index("{\"weight_map\":{\"a\":\"" + ONE + "\"}}");
        assertFolderRefused(ONE, "link");
    }

    @Test
    void anIndexThatNamesItselfOrTheFolderIsRefused() throws IOException {
        index("{\"weight_map\":{\"a\":\"" + Checkpoint.INDEX + "\"}}");
        assertFolderRefused(Checkpoint.INDEX, "claims a header");
        Files.createDirectory(folder.resolve(ONE));
        index("{\"weight_map\":{\"a\":\"" + ONE + "\"}}");
        assertFolderRefused(ONE, "isn't a file");
    }

    @Test
    void anIndexOfManyShardsThatAreNotThereEndsAtTheFirst() {
        index(IntStream.range(0, 50_000)
                .mapToObj(i -> "\"t" + i + "\":\"" + i + ".safetensors\"")
                .collect(Collectors.joining(",", "{\"weight_map\":{", "}}")));
        assertFolderRefused(folder.resolve("0.safetensors").toString(), "doesn't exist");
    }

    @ParameterizedTest
    @CsvSource({
        "model-q4.gguf, a .gguf file",
        "pytorch_model.bin, pickled by PyTorch",
        "pytorch_model-00001-of-00002.bin, pickled by PyTorch",
        "consolidated.00.pth, pickled by PyTorch",
        "adapter.safetensors, safetensors of other names",
        "config.json, download the whole folder"
    })
    void aFolderWithoutSafetensorsSaysWhatItHoldsInstead(String file, String message) {
        write(folder.resolve(file), "{}");
        assertFolderRefused(
                folder.toString(), "has neither model.safetensors nor model.safetensors.index.json", message);
    }

    @Test
    void whatIsNoFolderIsRefused() {
        Path file = shard(Checkpoint.WEIGHTS, "a");
        assertRefused(() -> Checkpoint.open(file), file.toString(), "is a file; give the folder");
        assertRefused(() -> Checkpoint.open(folder.resolve("none")), "none", "doesn't exist");
    }

    @Test
    void theConfigurationIsNeededAndThatOfGenerationIsNot() {
        shard(Checkpoint.WEIGHTS, "a");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertRefused(checkpoint::config, folder.resolve("config.json").toString(), "doesn't exist");
            assertEquals(Optional.empty(), checkpoint.generationConfig());
            write(folder.resolve("generation_config.json"), "{\"top_k\": }");
            assertRefused(checkpoint::generationConfig, "generation_config.json", "isn't valid JSON");
        }
    }

    @Test
    void closingTwiceIsHarmlessAndEndsReading() {
        shard(ONE, "a");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\"}}");
        Checkpoint checkpoint = Checkpoint.open(folder);
        WeightSource a = checkpoint.tensor("a");
        checkpoint.close();
        checkpoint.close();
        assertRefused(() -> elements(a), ONE, "is closed");
    }

    @Test
    void whatWasOpenedBeforeAFaultIsClosedAgain() throws IOException {
        shard(ONE, "a");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        long before = openFiles();
        for (int i = 0; i < 50; i++) {
            assertRefused(() -> Checkpoint.open(folder, Access.COPIED), "doesn't exist");
        }
        assertTrue(openFiles() < before + 25, "files stay open");
    }

    /** How many files this process has open, where the system tells; other threads may open a few. */
    private static long openFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> open = Files.list(descriptors)) {
            return open.count();
        }
    }
}
