package org.tenon.models.loading;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.Declaration;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.DType;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.InvalidCheckpoint;

/** The parameters of an architecture, found in a checkpoint and checked; nothing is read yet. */
final class Weights implements Function<String, WeightSource> {
    private static final int NAMED = 8;
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    private final Map<String, WeightSource> sources;

    private Weights(Map<String, WeightSource> sources) {
        this.sources = sources;
    }

    static Weights of(Checkpoint checkpoint, Blueprint blueprint, ParameterNames names, boolean tolerant) {
        Map<String, WeightSource> sources = new HashMap<>();
        List<String> missing = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        blueprint.parameters().forEach((path, parameter) -> {
            Optional<String> name = names.checkpoint(path);
            if (name.isEmpty() || !checkpoint.tensors().containsKey(name.get())) {
                missing.add(name.orElse(path));
                return;
            }
            WeightSource source = checkpoint.tensor(name.get());
            check(source, parameter).ifPresent(wrong::add);
            sources.put(path, source);
        });
        refuse(checkpoint, "lacks tensors that config.json asks for", missing);
        refuse(checkpoint, "holds tensors that don't fit config.json", wrong);
        if (!tolerant) {
            List<String> unused = checkpoint.tensors().keySet().stream()
                    .filter(name -> names.path(name)
                            .map(path -> !sources.containsKey(path))
                            .orElse(true))
                    .filter(name -> !names.ignorable(name))
                    .toList();
            refuse(
                    checkpoint,
                    "holds tensors that nothing in the architecture uses (Tenon.builder().tolerant(true) leaves them unread)",
                    unused);
        }
        return new Weights(sources);
    }

    private static Optional<String> check(WeightSource source, Declaration.Parameter parameter) {
        if (!source.shape().equals(parameter.shape())) {
            return Optional.of(
                    source.name() + " of shape " + source.shape() + " where " + parameter.shape() + " is needed");
        }
        return TYPES.contains(source.type())
                ? Optional.empty()
                : Optional.of(source.name() + " of type " + source.type() + " where one of " + TYPES + " is needed");
    }

    private static void refuse(Checkpoint checkpoint, String what, List<String> names) {
        if (!names.isEmpty()) {
            String more = names.size() > NAMED ? ", and " + (names.size() - NAMED) + " more" : "";
            throw new InvalidCheckpoint(
                    checkpoint.folder(),
                    what + ": " + String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more);
        }
    }

    @Override
    public WeightSource apply(String path) {
        WeightSource source = sources.get(path);
        if (source == null) {
            throw new IllegalArgumentException("the architecture has no parameter " + path);
        }
        return source;
    }
}
