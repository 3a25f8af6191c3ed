package org.tenon.layers.position;

import org.tenon.api.layer.Step;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/**
 * Writes the cosines and sines of the rows' angles. Layers that turn alike write the same ops, of which the program keeps one.
 * Immutable.
 */
public final class RotaryAngles {
    private final Frequencies frequencies;

    /**
     * What the op {@link org.tenon.api.op.Rope} takes.
     *
     * @param cos F32 {@code [rows, pairs]}
     * @param sin F32 {@code [rows, pairs]}
     */
    public record Angles(Tensor cos, Tensor sin) {}

    /**
     * Angles of given frequencies.
     *
     * @param frequencies radians a position
     */
    public RotaryAngles(Frequencies frequencies) {
        this.frequencies = frequencies;
    }

    /**
     * Writes the angles of a step's rows.
     *
     * @param step writes the program
     * @return cosines and sines
     */
    public Angles angles(Step step) {
        Ops ops = step.ops();
        Dim rows = step.positions().shape().dim(0);
        Tensor positions = ops.convert(step.positions(), DType.F32).reshape(Shape.of(rows, 1));
        Tensor angles = ops.multiply(positions, perRow(step)); // [rows, pairs]
        return new Angles(scaled(ops, ops.unary(Unary.COS, angles)), scaled(ops, ops.unary(Unary.SIN, angles)));
    }

    private Tensor scaled(Ops ops, Tensor x) {
        return frequencies.attentionFactor() == 1 ? x : ops.multiply(x, frequencies.attentionFactor());
    }

    /** Frequencies by the length of the row's sequence: [rows, pairs], or [1, pairs] where they don't depend on it. */
    private Tensor perRow(Step step) {
        Ops ops = step.ops();
        int variants = frequencies.variants();
        Tensor table = ops.constant(Shape.of(variants, frequencies.pairs()), frequencies.table());
        if (variants == 1) {
            return table;
        }
        Tensor lengths = step.lengths().reshape(Shape.of(step.lengths().shape().dim(0), 1));
        Tensor length =
                ops.gather(lengths, step.sequence()).reshape(step.sequence().shape()); // [rows]
        Tensor beyond = ops.binary(Binary.MAX, ops.add(length, -frequencies.after()), ops.constant(Shape.of(1), 0));
        return ops.gather(table, ops.binary(Binary.MIN, beyond, ops.constant(Shape.of(1), variants - 1)));
    }
}
