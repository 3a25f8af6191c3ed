package org.tenon.api.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.tensor.Shape;

/**
 * What a layer needs, said before anything is allocated. Initialisation, shape errors, parameter counts and cache sizes all come
 * from here. Built by one thread, then read-only.
 */
public final class Declaration {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, String> shared = new LinkedHashMap<>();
    private final Map<String, List<Segment>> projections = new LinkedHashMap<>();
    private final Map<String, Child> children = new LinkedHashMap<>();
    private final Map<String, LayerMemory> memories = new LinkedHashMap<>();
    private final Map<String, Integer> bundles = new LinkedHashMap<>();
    private final Map<String, Long> operations = new LinkedHashMap<>();
    private final List<Signal> reads = new ArrayList<>();
    private final List<Signal> writes = new ArrayList<>();
    private final List<LengthDependence> lengthDependences = new ArrayList<>();
    private long operationsPerRow;
    private boolean wholeSequences;
    private boolean firstRow;

    /** Nothing declared yet. */
    public Declaration() {}

    /**
     * A parameter.
     *
     * @param shape its shape
     * @param matrix whether it keeps the type that it is stored in, for products and look-ups; else it is delivered as F32
     * @param initialiser its values where no checkpoint gives them
     */
    public record Parameter(Shape shape, boolean matrix, Initialiser initialiser) {}

    /**
     * A part of a projection: a matrix whose outputs stand beside those of the others.
     *
     * @param name its name; empty for the only one
     * @param out its outputs
     * @param bias whether it has a bias
     */
    public record Segment(String name, int out, boolean bias) {}

    /**
     * A layer inside.
     *
     * @param spec what it is
     * @param hidden the width of the rows that come into it
     */
    public record Child(LayerSpec spec, int hidden) {}

    /**
     * What a layer computes for a row depends, in a sequence that is longer than a limit, on how long the sequence is after the
     * step. So prefill in chunks, or token by token, isn't whole prefill there.
     *
     * @param beyond the limit in tokens
     * @param reason why, by the layer's reference
     */
    public record LengthDependence(int beyond, String reason) {}

    /**
     * Declares a vector or another small parameter, delivered as F32.
     *
     * @param name its name
     * @param shape its shape
     * @param initialiser its values where no checkpoint gives them
     * @return this declaration
     */
    public Declaration parameter(String name, Shape shape, Initialiser initialiser) {
        add(parameters, name, new Parameter(shape, false, initialiser));
        return this;
    }

    /**
     * Declares a matrix that keeps the type that it is stored in.
     *
     * @param name its name
     * @param shape its shape
     * @param initialiser its values where no checkpoint gives them
     * @return this declaration
     */
    public Declaration matrix(String name, Shape shape, Initialiser initialiser) {
        add(parameters, name, new Parameter(shape, true, initialiser));
        return this;
    }

    /**
     * Declares a bundle of matrices of which each row is multiplied by a few. It keeps the type that it is stored in.
     *
     * @param name its name
     * @param shape its shape, {@code [matrices, out, in]}
     * @param chosen how many of the matrices a row is multiplied by: for counts of work
     * @param initialiser its values where no checkpoint gives them
     * @return this declaration
     */
    public Declaration bundle(String name, Shape shape, int chosen, Initialiser initialiser) {
        add(bundles, name, chosen);
        return matrix(name, shape, initialiser);
    }

    /**
     * Uses a parameter that another layer declares, as a head does that is tied to the embedding.
     *
     * @param name its name here
     * @param path where it is declared, {@code embedding.weight}
     * @return this declaration
     */
    public Declaration shared(String name, String path) {
        add(shared, name, path);
        return this;
    }

    /**
     * Declares a projection: for each segment a parameter {@code name.segment.weight} of {@code [out, in]}, and {@code name.segment.bias}
     * where it has one.
     *
     * @param name its name
     * @param in its inputs
     * @param initialiser the weights where no checkpoint gives them; a bias begins at zero
     * @param segments its parts, in the order of the outputs
     * @return this declaration
     */
    public Declaration projection(String name, int in, Initialiser initialiser, Segment... segments) {
        add(projections, name, List.of(segments));
        for (Segment segment : segments) {
            String path = segment.name().isEmpty() ? name : name + "." + segment.name();
            matrix(path + ".weight", Shape.of(segment.out(), in), initialiser);
            if (segment.bias()) {
                parameter(path + ".bias", Shape.of(segment.out()), Initialiser.constant(0));
            }
        }
        return this;
    }

    /**
     * Declares a layer inside.
     *
     * @param name its name
     * @param spec what it is
     * @param hidden the width of the rows that come into it
     * @return this declaration
     */
    public Declaration child(String name, LayerSpec spec, int hidden) {
        add(children, name, new Child(spec, hidden));
        return this;
    }

    /**
     * Declares what is kept for each sequence.
     *
     * @param name its name
     * @param memory what is kept
     * @return this declaration
     */
    public Declaration memory(String name, LayerMemory memory) {
        add(memories, name, memory);
        return this;
    }

    /**
     * Says what a row computes with each key that it sees, or with a state, beside the products with matrices: for counts of work.
     *
     * @param memory where the keys or the state are kept
     * @param count floating-point operations
     * @return this declaration
     */
    public Declaration operationsPerKey(String memory, long count) {
        add(operations, memory, count);
        return this;
    }

    /**
     * Declares that the layer needs all rows of a sequence in one step, because a row depends on those after it. Only encoders compute so; nothing is
     * kept from step to step.
     *
     * @param operationsPerRow what a row computes with each row of its sequence, beside the products with matrices: floating-point operations
     * @return this declaration
     */
    public Declaration wholeSequences(long operationsPerRow) {
        this.wholeSequences = true;
        this.operationsPerRow = operationsPerRow;
        return this;
    }

    /**
     * Declares that the layer, as a head of an encoder, is applied to the first row of each sequence alone.
     *
     * @return this declaration
     */
    public Declaration firstRow() {
        this.firstRow = true;
        return this;
    }

    /**
     * Declares that the layer reads a signal.
     *
     * @param signal the signal
     * @return this declaration
     */
    public Declaration reads(Signal signal) {
        reads.add(signal);
        return this;
    }

    /**
     * Declares that the layer writes a signal.
     *
     * @param signal the signal
     * @return this declaration
     */
    public Declaration writes(Signal signal) {
        writes.add(signal);
        return this;
    }

    /**
     * Declares that the layer breaks the law by which prefill in chunks is whole prefill, as its reference does.
     *
     * @param beyond up to how many tokens the law still holds
     * @param reason why it is broken beyond
     * @return this declaration
     */
    public Declaration lengthDependence(int beyond, String reason) {
        lengthDependences.add(new LengthDependence(beyond, reason));
        return this;
    }

    private static <V> void add(Map<String, V> map, String name, V value) {
        if (map.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("a layer declares " + name + " twice");
        }
    }

    /** {@return the parameters by name, in order, those of projections among them} */
    public Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** {@return the parameters declared elsewhere, by name: where} */
    public Map<String, String> shared() {
        return Collections.unmodifiableMap(shared);
    }

    /** {@return the segments of each projection} */
    public Map<String, List<Segment>> projections() {
        return Collections.unmodifiableMap(projections);
    }

    /** {@return for each parameter that is a bundle, how many of its matrices a row is multiplied by} */
    public Map<String, Integer> bundles() {
        return Collections.unmodifiableMap(bundles);
    }

    /** {@return the layers inside, by name, in order} */
    public Map<String, Child> children() {
        return Collections.unmodifiableMap(children);
    }

    /** {@return what is kept for each sequence, by name} */
    public Map<String, LayerMemory> memories() {
        return Collections.unmodifiableMap(memories);
    }

    /**
     * What a row computes with each key that it sees, or with a state.
     *
     * @param memory where the keys or the state are kept
     * @return floating-point operations; 0 where nothing was said
     */
    public long operationsPerKey(String memory) {
        return operations.getOrDefault(memory, 0L);
    }

    /** {@return whether the layer needs all rows of a sequence in one step} */
    public boolean wholeSequences() {
        return wholeSequences;
    }

    /** {@return whether the layer, as a head, is applied to the first row of each sequence alone} */
    public boolean ofFirstRow() {
        return firstRow;
    }

    /** {@return what a row computes with each row of its sequence; 0 unless the layer needs whole sequences} */
    public long operationsPerRow() {
        return operationsPerRow;
    }

    /** {@return the signals read} */
    public List<Signal> reads() {
        return List.copyOf(reads);
    }

    /** {@return the signals written} */
    public List<Signal> writes() {
        return List.copyOf(writes);
    }

    /** {@return where the layer breaks the law by which prefill in chunks is whole prefill} */
    public List<LengthDependence> lengthDependences() {
        return List.copyOf(lengthDependences);
    }
}
