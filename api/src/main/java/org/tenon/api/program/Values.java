package org.tenon.api.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** What each tensor of a program is. Tensors are their own keys, by identity; a view counts as its root. */
final class Values {
    /** Where a tensor's contents come from and how long they last. */
    enum Kind {
        /** From a checkpoint; for ever. */
        WEIGHT,
        /** From the program; for ever. */
        CONSTANT,
        /** Computed once, at load, from weights and constants. */
        HOISTED,
        /** From the host, anew in each step. */
        INPUT,
        /** Kept from step to step. */
        STATE,
        /** Computed in a step, written once. */
        TEMPORARY,
        /** Computed in a step, written often. */
        VARIABLE;

        /** Whether it is the same in every step. */
        boolean lasting() {
            return this == WEIGHT || this == CONSTANT || this == HOISTED;
        }
    }

    private record Derived(Tensor weight, DType type) {}

    private record Bits(DType type, Shape shape, IntBuffer bits) {}

    private final Map<Tensor, Kind> kinds = new HashMap<>();
    private final Map<Tensor, WeightSource> sources = new LinkedHashMap<>();
    private final Map<Derived, Tensor> derived = new HashMap<>();
    private final Map<Bits, Tensor> constants = new LinkedHashMap<>();
    private final List<Tensor> states = new ArrayList<>();
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();

    Tensor add(Kind kind, String name, TensorSpec spec) {
        Tensor tensor = Tensor.of(name, spec);
        kinds.put(tensor, kind);
        switch (kind) {
            case STATE -> states.add(tensor);
            case INPUT -> inputs.add(tensor);
            default -> {
                // the rest is found through the nodes that use it
            }
        }
        return tensor;
    }

    Kind kind(Tensor tensor) {
        Kind kind = kinds.get(tensor.root());
        if (kind == null) {
            throw new IllegalArgumentException(tensor + " belongs to no program, or to another one");
        }
        return kind;
    }

    Tensor weight(WeightSource source) {
        Tensor tensor = add(Kind.WEIGHT, source.name(), TensorSpec.dense(source.type(), source.shape()));
        sources.put(tensor, source);
        return tensor;
    }

    WeightSource source(Tensor weight) {
        return Objects.requireNonNull(sources.get(weight.root()));
    }

    /** A weight in another type: its source is decoded at load, no kernel is needed. */
    Tensor derive(Tensor weight, DType type) {
        Tensor known = derived.get(new Derived(weight, type));
        if (known == null) {
            known = weight(source(weight).as(type));
            derived.put(new Derived(weight, type), known);
        }
        return known;
    }

    Tensor constant(DType type, Shape shape, int[] bits) {
        if (shape.elements() != bits.length) {
            throw new IllegalArgumentException(
                    "a constant of shape " + shape + " needs " + shape.elements() + " numbers, got " + bits.length);
        }
        Bits key = new Bits(type, shape, IntBuffer.wrap(bits));
        Tensor known = constants.get(key);
        if (known == null) {
            known = add(Kind.CONSTANT, "constant", TensorSpec.dense(type, shape));
            constants.put(key, known);
        }
        return known;
    }

    /** The bytes of every constant. */
    Map<Tensor, MemorySegment> constants(Arena arena) {
        Map<Tensor, MemorySegment> bytes = new LinkedHashMap<>();
        constants.forEach((key, tensor) -> {
            int[] bits = key.bits().array();
            MemorySegment segment = arena.allocate(Math.max(4, bits.length * 4L), 64);
            MemorySegment.copy(bits, 0, segment, ValueLayout.JAVA_INT, 0, bits.length);
            bytes.put(tensor, segment);
        });
        return bytes;
    }

    void output(Tensor tensor) {
        outputs.add(tensor.root());
    }

    List<Tensor> outputs() {
        return outputs;
    }

    List<Tensor> states() {
        return states;
    }

    List<Tensor> inputs() {
        return inputs;
    }
}
