package org.tenon.models.assembly;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.api.backend.Numerics;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.Memory;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Shape;

/**
 * An architecture with all that its layers declare, checked, and nothing allocated: parameters and memories by path, what is shared,
 * and what it will cost. Immutable and thread-safe.
 */
public final class Blueprint {
    /** The most ids that a vocabulary may have. */
    public static final int MOST_VOCABULARY = 1 << 24;

    /** The longest context that a model may be made for. */
    public static final int MOST_CONTEXT = 1 << 30;

    /** The widest rows that a stack may have. */
    public static final int MOST_HIDDEN = 1 << 20;

    /** The most layers that a stack may have. */
    public static final int MOST_LAYERS = 10_000;

    private final ModelSpec spec;
    private final List<Stack> stacks;
    private final Map<String, LayerNode<?>> heads;
    private final Map<String, Declaration.Parameter> parameters;
    private final Map<String, String> shared;
    private final Map<String, Site> sites;

    /**
     * A stack of layers.
     *
     * @param name its name
     * @param axis its rows: {@link Axis#TOKENS} for the last stack, an axis of its name for the one before it
     * @param embedding turns ids into rows
     * @param layers the layers in order
     * @param norm the norm after the last layer
     */
    public record Stack(String name, Axis axis, LayerNode<?> embedding, List<LayerNode<?>> layers, LayerNode<?> norm) {
        /**
         * Copies the list.
         *
         * @param name its name
         * @param axis its rows
         * @param embedding turns ids into rows
         * @param layers the layers in order
         * @param norm the norm after the last layer
         */
        public Stack {
            layers = List.copyOf(layers);
        }

        /** {@return all layers, from the embedding to the norm, each before those inside it} */
        public Stream<LayerNode<?>> all() {
            return Stream.of(Stream.of(embedding), layers.stream(), Stream.of(norm))
                    .flatMap(part -> part)
                    .flatMap(LayerNode::all);
        }
    }

    /**
     * Where a layer keeps something for each sequence.
     *
     * @param memory the handle that the layer gets
     * @param axis the rows that write it
     */
    public record Site(Memory memory, Axis axis) {
        /** {@return the caches that share its block tables; nothing for a state} */
        public Optional<KeyGroup> group() {
            return switch (memory.kept()) {
                case LayerMemory.Keys keys -> {
                    Axis source =
                            keys.source().map(Axis::new).orElse(axis); // an encoder's rows are called as its stack
                    yield Optional.of(new KeyGroup(axis, source, keys.reach()));
                }
                case LayerMemory.State _ -> Optional.empty();
            };
        }
    }

    Blueprint(ModelSpec spec, List<Stack> stacks, Map<String, LayerNode<?>> heads, Declared declared) {
        this.spec = spec;
        this.stacks = List.copyOf(stacks);
        this.heads = Collections.unmodifiableMap(new LinkedHashMap<>(heads));
        this.parameters = Collections.unmodifiableMap(declared.parameters());
        this.shared = Collections.unmodifiableMap(declared.shared());
        this.sites = Collections.unmodifiableMap(declared.sites());
    }

    /**
     * Asks every layer what it needs, and checks that all fits together.
     *
     * @param spec the architecture
     * @param providers the kinds of layers there are
     * @return the blueprint
     * @throws InvalidArchitecture with every fault by its place, when something doesn't fit
     */
    public static Blueprint of(ModelSpec spec, LayerProviders providers) {
        return new Walk(spec, providers).blueprint();
    }

    /** {@return the architecture} */
    public ModelSpec spec() {
        return spec;
    }

    /** {@return the stacks in order} */
    public List<Stack> stacks() {
        return stacks;
    }

    /** {@return the rows of the encoder, in a model of two stacks} */
    public Optional<Axis> source() {
        return stacks.size() == 1
                ? Optional.empty()
                : Optional.of(stacks.getFirst().axis());
    }

    /** {@return what turns the last stack's rows into outputs, by name} */
    public Map<String, LayerNode<?>> heads() {
        return heads;
    }

    /** {@return all layers in the order of the model, each before those inside it} */
    public Stream<LayerNode<?>> nodes() {
        return Stream.concat(
                stacks.stream().flatMap(Stack::all), heads.values().stream().flatMap(LayerNode::all));
    }

    /** {@return every parameter once, by path, in the order of the model} */
    public Map<String, Declaration.Parameter> parameters() {
        return parameters;
    }

    /** {@return the parameters that are another layer's, by path: the path where they are declared} */
    public Map<String, String> shared() {
        return shared;
    }

    /** {@return what is kept for each sequence, by path, in the order of the model} */
    public Map<String, Site> sites() {
        return sites;
    }

    /** {@return the groups of caches that share block tables, in the order of the model} */
    public List<KeyGroup> keyGroups() {
        return sites.values().stream()
                .flatMap(site -> site.group().stream())
                .distinct()
                .toList();
    }

    /** {@return where layers break the law by which prefill in chunks is whole prefill} */
    public List<Declaration.LengthDependence> lengthDependences() {
        return nodes().flatMap(node -> node.declaration().lengthDependences().stream())
                .distinct()
                .toList();
    }

    /** {@return how many numbers the parameters hold, shared ones counted once} */
    public long parameterCount() {
        return parameters.values().stream()
                .mapToLong(parameter -> parameter.shape().elements())
                .sum();
    }

    /**
     * What a token adds to the caches of keys and values.
     *
     * @param numerics gives the type of keys and values
     * @return bytes
     */
    public long keyBytesPerToken(Numerics numerics) {
        return keyGroups().stream()
                .mapToLong(group -> keyBytesPerToken(group, numerics))
                .sum();
    }

    /**
     * What a token adds to a group of caches.
     *
     * @param group the group
     * @param numerics gives the type of keys and values
     * @return bytes
     */
    public long keyBytesPerToken(KeyGroup group, Numerics numerics) {
        return sites.values().stream()
                .filter(site -> site.group().equals(Optional.of(group)))
                .mapToLong(site -> switch (site.memory().kept()) {
                    case LayerMemory.Keys keys ->
                        keys.kvHeads() * numerics.activations().bytes((long) keys.keyWidth() + keys.valueWidth());
                    case LayerMemory.State _ -> 0;
                })
                .sum();
    }

    /**
     * What a sequence takes for its states, however long it is.
     *
     * @return bytes; 0 where no layer has a state
     */
    public long stateBytes() {
        return sites.values().stream()
                .mapToLong(site -> switch (site.memory().kept()) {
                    case LayerMemory.Keys _ -> 0;
                    case LayerMemory.State state -> state.bytes();
                })
                .sum();
    }

    /**
     * What a sequence takes of the caches.
     *
     * @param numerics gives the type of keys and values
     * @return bytes
     */
    public CacheBytes cacheBytes(Numerics numerics) {
        return new CacheBytes(stateBytes(), keyBytesPerToken(numerics));
    }

    /**
     * What it costs to compute a token: two operations for each element of a matrix that the token is multiplied by, and what layers do
     * with each key that it sees and with their states. Look-ups, norms and activations are left out. Of a model of two stacks, a token
     * of each.
     *
     * @param keys the keys before the token, its own included
     * @return floating-point operations
     */
    public long flopsPerToken(int keys) {
        long products = stacks.stream()
                .flatMap(stack -> stack.all().skip(1)) // an embedding is looked up
                .mapToLong(this::products)
                .sum();
        long attention = nodes().mapToLong(node -> perKey(node, keys)).sum();
        return products + attention + flopsPerOutput();
    }

    /**
     * What of {@link #flopsPerToken} falls to the heads, which compute only the rows whose outputs are wanted.
     *
     * @return floating-point operations
     */
    public long flopsPerOutput() {
        return heads.values().stream()
                .flatMap(LayerNode::all)
                .mapToLong(this::products)
                .sum();
    }

    private long products(LayerNode<?> node) {
        return Math.round(2 * elements(node, Blueprint::chosen));
    }

    /** How much of a bundle is used: by the number of its matrices, and how many of them a row is multiplied by. */
    @FunctionalInterface
    private interface Use {
        double of(long matrices, int chosen);
    }

    private static double chosen(long matrices, int chosen) {
        return (double) chosen / matrices;
    }

    private double elements(LayerNode<?> node, Use use) {
        Declaration declaration = node.declaration();
        double own = 0;
        for (Map.Entry<String, Declaration.Parameter> entry :
                declaration.parameters().entrySet()) {
            Shape shape = entry.getValue().shape();
            Integer chosen = declaration.bundles().get(entry.getKey());
            double part = chosen == null ? 1 : use.of(shape.size(0), chosen);
            own += entry.getValue().matrix() ? part * shape.elements() : 0;
        }
        return own
                + declaration.shared().values().stream()
                        .map(parameters::get)
                        .filter(Declaration.Parameter::matrix)
                        .mapToLong(parameter -> parameter.shape().elements())
                        .sum();
    }

    /**
     * What a step reads of the matrices at the least: all that rows are multiplied by, once. Which of a bundle's matrices the rows choose isn't
     * known; counted are those that rows choose between them which choose independently and evenly, {@code 1 - (1 - chosen / matrices)^rows}
     * of all: of one row exactly those that it chooses.
     *
     * @param rows the rows of the step
     * @return elements
     */
    public double elementsRead(int rows) {
        Use use = (matrices, chosen) -> 1 - Math.pow(1 - chosen(matrices, chosen), rows);
        return Stream.concat(
                        stacks.stream().flatMap(stack -> stack.all().skip(1)), // an embedding is looked up
                        heads.values().stream().flatMap(LayerNode::all))
                .mapToDouble(node -> elements(node, use))
                .sum();
    }

    private static long perKey(LayerNode<?> node, int keys) {
        long whole = node.declaration().operationsPerRow() * keys;
        return whole
                + node.declaration().memories().entrySet().stream()
                        .mapToLong(memory -> switch (memory.getValue()) {
                            case LayerMemory.Keys kept ->
                                node.declaration().operationsPerKey(memory.getKey())
                                        * Math.min(keys, kept.reach().keys());
                            case LayerMemory.State _ ->
                                node.declaration().operationsPerKey(memory.getKey()) * Math.min(keys, 1);
                        })
                        .sum();
    }
}
