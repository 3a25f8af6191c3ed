package org.tenon.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tenon.api.backend.Numerics;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.SafetensorsType;
import org.tenon.models.checkpoint.StoredTensor;

/**
 * What can be told of a model without loading its weights.
 *
 * @param type the {@code model_type} of its configuration
 * @param blueprint its architecture
 * @param weights the bytes of its weights by their type; empty where the folder holds none
 * @param stored the type that most weights are stored in
 * @param cached the type of keys and values
 */
record ModelFacts(String type, Blueprint blueprint, Map<SafetensorsType, Long> weights, DType stored, DType cached) {
    static ModelFacts of(Path folder, Optional<DType> activations) {
        String type = Json.read(folder.resolve(Checkpoint.CONFIG)).text("model_type");
        try (Tenon tenon = Tenon.open()) {
            Blueprint blueprint = tenon.blueprint(folder);
            Map<SafetensorsType, Long> weights = weights(folder);
            DType stored = stored(weights);
            return new ModelFacts(type, blueprint, weights, stored, activations.orElse(stored));
        }
    }

    private static DType stored(Map<SafetensorsType, Long> weights) {
        return weights.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .flatMap(entry -> entry.getKey().type())
                .orElse(DType.F32);
    }

    private static Map<SafetensorsType, Long> weights(Path folder) {
        if (!Files.exists(folder.resolve(Checkpoint.WEIGHTS)) && !Files.exists(folder.resolve(Checkpoint.INDEX))) {
            return Map.of();
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.tensors().values().stream()
                    .collect(Collectors.groupingBy(
                            StoredTensor::type, TreeMap::new, Collectors.summingLong(StoredTensor::bytes)));
        }
    }

    int layers() {
        return blueprint.stacks().stream()
                .mapToInt(stack -> stack.layers().size())
                .sum();
    }

    /** The width of the last stack's rows. */
    int hidden() {
        return blueprint.spec().stacks().getLast().hidden();
    }

    int context() {
        return blueprint.spec().context();
    }

    long weightBytes() {
        return weights.values().stream().mapToLong(Long::longValue).sum();
    }

    CacheBytes cacheBytes() {
        return blueprint.cacheBytes(Numerics.of(cached));
    }
}
