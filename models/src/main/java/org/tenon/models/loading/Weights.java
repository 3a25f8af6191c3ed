package org.tenon.models.loading;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.DType;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.InvalidCheckpoint;
import org.tenon.models.checkpoint.TensorLayout;

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
        Set<String> used = new HashSet<>();
        blueprint.parameters().forEach((path, parameter) -> {
            Optional<String> name = names.checkpoints(path).stream()
                    .filter(checkpoint.tensors()::containsKey)
                    .findFirst();
            if (name.isEmpty()) {
                missing.add(names.checkpoint(path).orElse(path));
                return;
            }
            used.add(name.get());
            WeightSource source = checkpoint.tensor(name.get());
            if (!TYPES.contains(source.type())) {
                wrong.add(source.name() + " of type " + source.type() + " where one of " + TYPES + " is needed");
                return;
            }
            TensorLayout layout = TensorLayout.of(
                    name.get(),
                    names,
                    each -> Objects.requireNonNull(blueprint.parameters().get(each), each)
                            .shape());
            if (source.shape().equals(layout.shape())) {
                sources.put(path, layout.parameter(path, source));
            } else {
                wrong.add(source.name() + " of shape " + source.shape() + " where " + layout.shape() + " is needed");
            }
        });
        refuse(
                checkpoint,
                "lacks tensors that config.json asks for",
                missing.stream().distinct().toList());
        refuse(
                checkpoint,
                "holds tensors that don't fit config.json",
                wrong.stream().distinct().toList());
        if (!tolerant) {
            List<String> unused = checkpoint.tensors().keySet().stream()
                    .filter(name -> !used.contains(name))
                    .filter(name -> !names.ignorable(name))
                    .toList();
            refuse(
                    checkpoint,
                    "holds tensors that nothing in the architecture uses (Tenon.builder().tolerant(true) leaves them unread)",
                    unused);
        }
        return new Weights(sources);
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
