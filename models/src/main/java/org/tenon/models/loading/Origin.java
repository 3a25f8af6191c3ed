package org.tenon.models.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.tensor.DType;
import org.tenon.models.assembly.Blueprint;

/**
 * Where a model came from, so that it can be saved.
 *
 * @param blueprint its architecture
 * @param weights its parameters by path, readable as long as the model is open
 * @param type the type that most of them have
 * @param family the family that read it, if one did
 * @param folder the folder that it was loaded from, if it was
 * @param config the configuration that it was read from; empty where it wasn't
 * @param generationConfig how it generates, if a file says so
 */
record Origin(
        Blueprint blueprint,
        Function<String, WeightSource> weights,
        DType type,
        Optional<ModelFamily> family,
        Optional<Path> folder,
        Config config,
        Optional<Config> generationConfig) {
    /** Where {@code config.json} says what classes are called. */
    static final String LABELS = "id2label";

    /** What the checkpoint calls the outputs of a classifier, in order; empty where it doesn't say, or not of all. */
    List<String> labels() {
        Optional<Config> names = config.optional(LABELS);
        if (names.isEmpty()) {
            return List.of();
        }
        List<String> labels = new ArrayList<>();
        for (int i = 0; names.get().has(Integer.toString(i)); i++) {
            labels.add(names.get().text(Integer.toString(i)));
        }
        return labels.size() == names.get().keys().size() ? labels : List.of();
    }

    /** The bytes of the parameters on a device that keeps them as wide as the activations, or wider. */
    long bytes(DType activations) {
        return blueprint.parameters().keySet().stream()
                .map(weights)
                .mapToLong(source ->
                        source.shape().elements() * Math.max(source.type().blockBytes(), activations.blockBytes()))
                .sum();
    }

    /** What events call the model: its folder's name, or that it was created. */
    String name() {
        return folder.map(Path::toAbsolutePath)
                .map(Path::normalize)
                .map(Path::getFileName)
                .map(Path::toString)
                .orElse("created");
    }

    /** The type that has the most bytes among the parameters. */
    static DType widest(Blueprint blueprint, Function<String, WeightSource> weights) {
        Map<DType, Long> bytes = new LinkedHashMap<>();
        blueprint.parameters().keySet().stream()
                .map(weights)
                .forEach(source -> bytes.merge(source.type(), source.rows() * source.rowBytes(), Long::sum));
        return bytes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(DType.F32);
    }
}
