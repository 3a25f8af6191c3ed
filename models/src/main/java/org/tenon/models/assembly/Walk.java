package org.tenon.models.assembly;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.Signal;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.InvalidArchitecture.Fault;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.tensor.Axis;

/** One walk over an architecture, in the order in which its layers compute. Used once. */
final class Walk {
    private final ModelSpec spec;
    private final LayerProviders providers;
    private final Declared declared = new Declared();
    private final Set<Signal> written = new HashSet<>();
    private final Set<String> before = new HashSet<>(); // the stacks so far
    private final List<Fault> faults = new ArrayList<>();

    Walk(ModelSpec spec, LayerProviders providers) {
        this.spec = spec;
        this.providers = providers;
    }

    Blueprint blueprint() {
        for (ModelSpec.Stack stack : spec.stacks()) {
            range(spec.prefix(stack) + "hidden", stack.hidden(), Blueprint.MOST_HIDDEN);
        }
        boolean wide = faults.isEmpty();
        range("vocabulary", spec.vocabulary(), Blueprint.MOST_VOCABULARY);
        range("context", spec.context(), Blueprint.MOST_CONTEXT);
        if (!wide) { // what layers say of such rows would only hide that
            throw new InvalidArchitecture(faults);
        }
        if (spec.stacks().isEmpty()) {
            faults.add(new Fault("stacks", "a model has at least one"));
        }
        if (spec.stacks().size() > 2) {
            faults.add(new Fault(
                    "stacks",
                    "a model has at most two, an encoder and a decoder, but this has "
                            + spec.stacks().size()));
        }
        List<Blueprint.Stack> stacks = new ArrayList<>();
        for (ModelSpec.Stack stack : spec.stacks()) {
            if (before.contains(stack.name())) {
                faults.add(new Fault("stacks", "two are called " + stack.name()));
            }
            stack(stack).ifPresent(stacks::add);
            before.add(stack.name());
            if (!decodes(stack)) {
                written.clear(); // signals live within their stack
                written.add(Signal.output(stack.name()));
            }
        }
        Map<String, LayerNode<?>> heads = new LinkedHashMap<>();
        if (!spec.stacks().isEmpty()) {
            ModelSpec.Stack last = spec.stacks().getLast();
            spec.heads()
                    .forEach((name, head) ->
                            node(name, name, head, dims(last)).ifPresent(node -> heads.put(name, node)));
        }
        declared.shared().forEach((path, source) -> {
            if (!declared.parameters().containsKey(source)) {
                faults.add(new Fault(path, "is taken from " + source + ", which no layer declares"));
            }
        });
        if (!faults.isEmpty()) {
            throw new InvalidArchitecture(faults);
        }
        return new Blueprint(spec, stacks, heads, declared);
    }

    private void range(String place, int value, int most) {
        if (value < 1 || value > most) {
            faults.add(new Fault(place, value + " is not between 1 and " + most));
        }
    }

    /** The last stack gives the outputs; it alone keeps something from step to step. */
    private boolean decodes(ModelSpec.Stack stack) {
        return stack.equals(spec.stacks().getLast());
    }

    private Dims dims(ModelSpec.Stack stack) {
        Axis axis = decodes(stack) ? Axis.TOKENS : new Axis(stack.name());
        int vocabulary = Math.clamp(spec.vocabulary(), 1, Blueprint.MOST_VOCABULARY); // else it is a fault already
        return new Dims(stack.hidden(), vocabulary, spec.context(), axis);
    }

    private Optional<Blueprint.Stack> stack(ModelSpec.Stack stack) {
        String prefix = spec.prefix(stack);
        range(prefix + "layers", stack.layers().size(), Blueprint.MOST_LAYERS);
        Dims dims = dims(stack);
        Optional<LayerNode<?>> embedding = node(prefix + "embedding", prefix + "embedding", stack.embedding(), dims);
        List<LayerNode<?>> layers = new ArrayList<>();
        for (int i = 0; i < stack.layers().size(); i++) {
            node(
                            prefix + "layers." + i,
                            prefix + "layers[" + i + "]",
                            stack.layers().get(i),
                            dims)
                    .ifPresent(layers::add);
        }
        Optional<LayerNode<?>> norm = node(prefix + "norm", prefix + "norm", stack.norm(), dims);
        return embedding.isPresent() && norm.isPresent()
                ? Optional.of(new Blueprint.Stack(stack.name(), dims.axis(), embedding.get(), layers, norm.get()))
                : Optional.empty();
    }

    /**
     * A layer and those inside it.
     *
     * @param path what its parameters are named below
     * @param place what faults call it
     */
    private <S extends LayerSpec> Optional<LayerNode<?>> node(String path, String place, S layer, Dims dims) {
        Optional<LayerProvider<S>> provider = providers.provider(layer);
        if (provider.isEmpty()) {
            faults.add(new Fault(place, providers.unknown(layer)));
            return Optional.empty();
        }
        Declaration declaration;
        try {
            declaration = provider.get().declare(layer, dims);
        } catch (InvalidLayer invalid) {
            invalid.faults().forEach(fault -> faults.add(new Fault(place + "." + fault.part(), fault.problem())));
            return Optional.empty();
        }
        gather(path, place, declaration, dims);
        Map<String, LayerNode<?>> children = new LinkedHashMap<>();
        declaration.children().forEach((name, child) -> {
            Dims inside = new Dims(child.hidden(), dims.vocabulary(), dims.context(), dims.axis());
            node(path + "." + name, place + "." + name, child.spec(), inside)
                    .ifPresent(node -> children.put(name, node));
        });
        return Optional.of(new LayerNode<>(path, layer, provider.get(), dims, declaration, children));
    }

    /** Whether the rows are an encoder's: it computes sequences whole, in one step. */
    private boolean computesWhole(Dims dims) {
        return spec.kind() == ModelSpec.Kind.ENCODER
                || !dims.axis().equals(dims(spec.stacks().getLast()).axis());
    }

    private static boolean selfAttention(LayerMemory memory) {
        return memory instanceof LayerMemory.Keys keys && keys.source().isEmpty();
    }

    private void gather(String path, String place, Declaration declaration, Dims dims) {
        declaration.parameters().forEach((name, parameter) -> {
            if (declared.parameters().putIfAbsent(path + "." + name, parameter) != null) {
                faults.add(new Fault(place + "." + name, "is declared twice"));
            }
        });
        declaration.shared().forEach((name, source) -> declared.shared().put(path + "." + name, source));
        boolean whole = computesWhole(dims);
        if (declaration.wholeSequences() && !whole) {
            faults.add(new Fault(place, "needs all rows of a sequence in one step, and only an encoder computes so"));
        }
        declaration.memories().forEach((name, memory) -> {
            String site = path + "." + name;
            if (whole) {
                faults.add(new Fault(
                        place + "." + name,
                        "is kept from step to step, and an encoder computes whole sequences at once"
                                + (selfAttention(memory) ? "; give its attention bothWays()" : "")));
            }
            if (memory instanceof LayerMemory.Keys keys) {
                keys.source()
                        .filter(stack -> !before.contains(stack))
                        .ifPresent(stack -> faults.add(
                                new Fault(place, "attends to the stack " + stack + ", and there is none before it")));
            }
            declared.sites().put(site, new Blueprint.Site(new Memory(site, memory), dims.axis()));
        });
        for (Signal signal : declaration.reads()) {
            if (!written.contains(signal)) {
                faults.add(new Fault(place, "reads the signal " + signal.name() + ", which no layer before it writes"));
            }
        }
        written.addAll(declaration.writes());
    }
}
