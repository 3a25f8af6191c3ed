package org.tenon.models.loading;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.Declaration;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.InvalidCheckpoint;
import org.tenon.models.checkpoint.TensorLayout;

/** The parameters of an architecture, found in a checkpoint and checked; nothing is read yet. */
final class Weights implements Function<String, WeightSource> {
    private static final int NAMED = 8;
    private static final Pattern LAYER = Pattern.compile("(\\w+\\.)?layers\\.\\d+");
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    private final Map<String, WeightSource> sources;

    private Weights(Map<String, WeightSource> sources) {
        this.sources = sources;
    }

    static Weights of(Checkpoint checkpoint, Blueprint blueprint, ParameterNames names, boolean tolerant) {
        Search search = new Search(checkpoint, blueprint.parameters(), names);
        blueprint.parameters().forEach((path, parameter) -> search.find(path, parameter.shape()));
        refuse(
                checkpoint,
                "lacks tensors that config.json asks for",
                search.missing.stream().distinct().toList(),
                search.absent());
        refuse(
                checkpoint,
                "holds tensors that don't fit config.json",
                search.wrong.stream().distinct().toList(),
                "");
        if (!tolerant) {
            List<String> unused = checkpoint.tensors().keySet().stream()
                    .filter(name -> !search.used.contains(name))
                    .filter(name -> !names.ignorable(name))
                    .toList();
            refuse(
                    checkpoint,
                    "holds tensors that nothing in the architecture uses (Tenon.builder().tolerant(true), or --tolerant on the command line, leaves them unread)",
                    unused,
                    search.unknown(unused));
        }
        return new Weights(search.sources);
    }

    /** One search for all parameters. */
    private static final class Search {
        private final Checkpoint checkpoint;
        private final Map<String, Declaration.Parameter> parameters;
        private final ParameterNames names;
        private final Map<String, WeightSource> sources = new HashMap<>();
        private final List<String> missing = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();
        private final Set<String> used = new HashSet<>();
        private final Set<String> partly = new HashSet<>(); // layers of which something is there

        Search(Checkpoint checkpoint, Map<String, Declaration.Parameter> parameters, ParameterNames names) {
            this.checkpoint = checkpoint;
            this.parameters = parameters;
            this.names = names;
        }

        void find(String path, Shape shape) {
            Optional<String> name =
                    names.checkpoints(path).stream().filter(this::there).findFirst();
            List<List<String>> bundles = names.bundles(path, shape.size(0));
            Optional<List<String>> bundle = bundles.stream()
                    .filter(matrices -> matrices.stream().anyMatch(this::there))
                    .findFirst();
            if (bundle.isPresent() || name.isPresent()) {
                layer(path).ifPresent(partly::add);
            }
            if (bundle.isPresent()) {
                bundle(path, shape, bundle.get());
            } else if (name.isPresent()) {
                tensor(path, name.get());
            } else if (!bundles.isEmpty()) {
                missing.addAll(bundles.getFirst());
            } else {
                missing.add(names.checkpoint(path).orElse(path));
            }
        }

        private boolean there(String name) {
            return checkpoint.tensors().containsKey(name);
        }

        private void bundle(String path, Shape shape, List<String> matrices) {
            Shape each = Shape.of(shape.size(1), shape.size(2));
            List<WeightSource> found = new ArrayList<>();
            for (String name : matrices) {
                if (there(name)) {
                    source(name, each).ifPresent(found::add);
                } else {
                    missing.add(name);
                }
            }
            if (found.size() == matrices.size()) {
                sources.put(path, TensorLayout.bundle(path, found));
            }
        }

        private void tensor(String path, String name) {
            TensorLayout layout = TensorLayout.of(
                    name,
                    names,
                    each -> Objects.requireNonNull(parameters.get(each), each).shape());
            source(name, layout.shape()).ifPresent(source -> sources.put(path, layout.parameter(path, source)));
        }

        /** What to think of where whole layers are missing. */
        String absent() {
            List<String> layers = layers(parameters.keySet()).stream()
                    .filter(layer -> !partly.contains(layer))
                    .toList();
            return layers.isEmpty()
                    ? ""
                    : ". Nothing of " + some(layers)
                            + " is there: either config.json says too many layers, or a file is incomplete";
        }

        /** What to think of where there are more layers than the architecture has. */
        String unknown(List<String> unused) {
            Set<String> known = layers(parameters.keySet());
            List<String> layers = layers(unused.stream()
                            .flatMap(name -> names.paths(name).stream())
                            .toList())
                    .stream()
                    .filter(layer -> !known.contains(layer))
                    .toList();
            return layers.isEmpty()
                    ? ""
                    : ". By config.json there is no " + some(layers) + ": it may say too few layers";
        }

        private static Set<String> layers(Collection<String> paths) {
            Set<String> layers = new LinkedHashSet<>();
            paths.forEach(path -> layer(path).ifPresent(layers::add));
            return layers;
        }

        /** The layer of a stack that a parameter is of: {@code decoder.layers.3}. */
        private static Optional<String> layer(String path) {
            Matcher layer = LAYER.matcher(path);
            return layer.lookingAt() ? Optional.of(layer.group()) : Optional.empty();
        }

        /** A tensor of a shape and of a type that can be computed with. */
        private Optional<WeightSource> source(String name, Shape shape) {
            used.add(name);
            WeightSource source = checkpoint.tensor(name);
            if (!TYPES.contains(source.type())) {
                wrong.add(source.name() + " of type " + source.type() + " where one of " + TYPES + " is needed");
                return Optional.empty();
            }
            if (!source.shape().equals(shape)) {
                wrong.add(source.name() + " of shape " + source.shape() + " where " + shape + " is needed");
                return Optional.empty();
            }
            return Optional.of(source);
        }
    }

    private static void refuse(Checkpoint checkpoint, String what, List<String> names, String thought) {
        if (!names.isEmpty()) {
            throw new InvalidCheckpoint(checkpoint.folder(), what + ": " + some(names) + thought);
        }
    }

    private static String some(List<String> names) {
        String more = names.size() > NAMED ? ", and " + (names.size() - NAMED) + " more" : "";
        return String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more;
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
