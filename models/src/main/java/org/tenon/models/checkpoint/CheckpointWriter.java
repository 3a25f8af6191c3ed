package org.tenon.models.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;

/**
 * Writes a model's weights into a folder as Hugging Face Transformers does: one {@code model.safetensors}, or shards with
 * their index when they are larger than a shard may be. What an earlier save left there under those names is removed, so that
 * nobody loads a mixture.
 */
public final class CheckpointWriter {
    /** How large a shard may be unless somebody says otherwise: what Transformers 5 takes. */
    public static final long SHARD_BYTES = 50_000_000_000L;

    private static final String SHARD_PATTERN = "model-?????-of-?????.safetensors";

    private CheckpointWriter() {}

    /**
     * Writes the weights.
     *
     * @param folder where; made when it isn't there
     * @param tensors the weights by the names that they have in the files, in the order in which they fill shards
     * @param shardBytes the most bytes of weights in a shard; a single weight that is larger has a shard of its own
     * @throws InvalidCheckpoint when a file can't be written, or a weight has a type that the format doesn't have
     */
    public static void write(Path folder, Map<String, WeightSource> tensors, long shardBytes) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new InvalidCheckpoint(folder, "can't be made: " + failure, failure);
        }
        List<Map<String, WeightSource>> parts = parts(tensors, shardBytes);
        Map<Path, Map<String, WeightSource>> files = new LinkedHashMap<>();
        for (Map<String, WeightSource> part : parts) {
            String name = parts.size() == 1
                    ? Checkpoint.WEIGHTS
                    : String.format("model-%05d-of-%05d.safetensors", files.size() + 1, parts.size());
            files.put(folder.resolve(name), part);
        }
        place(files);
        if (parts.size() > 1) {
            Json.write(folder.resolve(Checkpoint.INDEX), index(files));
        }
        removeOthers(folder, files);
    }

    /** Fills one shard after the other, as the reference does (huggingface_hub, split_state_dict_into_shards_factory). */
    private static List<Map<String, WeightSource>> parts(Map<String, WeightSource> tensors, long shardBytes) {
        List<Map<String, WeightSource>> parts = new ArrayList<>();
        parts.add(new LinkedHashMap<>());
        long filled = 0;
        for (Map.Entry<String, WeightSource> tensor : tensors.entrySet()) {
            long bytes = bytes(tensor.getValue());
            if (filled > 0 && filled + bytes > shardBytes) {
                parts.add(new LinkedHashMap<>());
                filled = 0;
            }
            parts.getLast().put(tensor.getKey(), tensor.getValue());
            filled += bytes;
        }
        return parts;
    }

    /** Writes all files before it puts the first in its place. */
    private static void place(Map<Path, Map<String, WeightSource>> files) {
        Map<Path, Path> staged = new LinkedHashMap<>();
        try {
            files.forEach(
                    (file, part) -> staged.put(file, SafetensorsWriter.stage(file, part, Map.of("format", "pt"))));
            staged.forEach((file, beside) -> Replacement.move(beside, file));
        } finally {
            staged.values().forEach(Replacement::discard);
        }
    }

    private static Config index(Map<Path, Map<String, WeightSource>> files) {
        Map<String, String> weightMap = new TreeMap<>();
        long bytes = 0;
        long elements = 0;
        for (Map.Entry<Path, Map<String, WeightSource>> file : files.entrySet()) {
            for (Map.Entry<String, WeightSource> tensor : file.getValue().entrySet()) {
                weightMap.put(tensor.getKey(), file.getKey().getFileName().toString());
                bytes += bytes(tensor.getValue());
                elements += tensor.getValue().shape().elements();
            }
        }
        return Config.object()
                .with(
                        "metadata",
                        Config.object().with("total_parameters", elements).with("total_size", bytes))
                .with("weight_map", weightMap);
    }

    private static void removeOthers(Path folder, Map<Path, Map<String, WeightSource>> kept) {
        try {
            if (kept.size() == 1) {
                Files.deleteIfExists(folder.resolve(Checkpoint.INDEX));
            } else {
                Files.deleteIfExists(folder.resolve(Checkpoint.WEIGHTS));
            }
            try (DirectoryStream<Path> shards = Files.newDirectoryStream(folder, SHARD_PATTERN)) {
                for (Path shard : shards) {
                    if (!kept.containsKey(shard)) {
                        Files.delete(shard);
                    }
                }
            }
        } catch (IOException failure) {
            throw new InvalidCheckpoint(folder, "still holds weights of an earlier save: " + failure, failure);
        }
    }

    private static long bytes(WeightSource source) {
        return source.rows() * source.rowBytes();
    }
}
