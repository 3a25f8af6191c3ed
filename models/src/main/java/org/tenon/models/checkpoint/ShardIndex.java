package org.tenon.models.checkpoint;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tenon.api.config.Config;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor. The total size that it may state isn't read, as
 * Transformers doesn't read it either.
 *
 * @param file the index
 * @param weightMap the name of the shard of each tensor
 */
record ShardIndex(Path file, Map<String, String> weightMap) {
    /** Lists of the largest published models have about 10 MB. */
    private static final long MOST_BYTES = 64L << 20;

    static ShardIndex read(Path file) {
        return of(file, Json.read(file, MOST_BYTES));
    }

    static ShardIndex of(Path file, Config index) {
        Config map = index.child("weight_map");
        Map<String, String> weightMap = new LinkedHashMap<>();
        Set<String> shards = new HashSet<>();
        for (String tensor : map.keys()) {
            Config shard = map.child(tensor);
            if (shards.add(shard.asText()) && !plain(file, shard.asText())) {
                throw shard.invalid("the name of a file in the index's own folder");
            }
            weightMap.put(tensor, shard.asText());
        }
        if (weightMap.isEmpty()) {
            throw map.invalid("an object with at least one tensor");
        }
        return new ShardIndex(file, weightMap);
    }

    /** Whether a name stays in the folder, on any operating system. */
    private static boolean plain(Path file, String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            return false;
        }
        if (name.chars().anyMatch(character -> "/\\:".indexOf(character) >= 0 || Character.isISOControl(character))) {
            return false;
        }
        try {
            return file.resolveSibling(name).getFileName().toString().equals(name);
        } catch (InvalidPathException _) {
            return false;
        }
    }

    /** The shards' files, in the order of their names. */
    List<Path> shards() {
        return new TreeSet<>(weightMap.values())
                .stream().map(file::resolveSibling).toList();
    }

    /** Refuses a tensor that isn't where the index says. */
    void check(Map<String, Safetensors> owners) {
        weightMap.forEach((tensor, shard) -> {
            Safetensors owner = owners.get(tensor);
            if (owner == null) {
                throw new InvalidCheckpoint(
                        file, tensor, "isn't in " + shard + ", where it should be, nor in another shard");
            }
            if (!owner.file().getFileName().toString().equals(shard)) {
                throw new InvalidCheckpoint(
                        file,
                        tensor,
                        "isn't in " + shard + ", where it should be, but in "
                                + owner.file().getFileName());
            }
        });
    }
}
