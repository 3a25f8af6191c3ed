package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A mixture of gated feed-forward layers (Shazeer et al. 2017; Jiang et al. 2024): each row goes to a few experts,
 *
 * <pre>{@code y[row] = sum over i of weights[row, i] * down[e] (f(gate[e] x[row]) * (up[e] x[row])),  e = ids[row, i]}</pre>
 *
 * Only the experts that a row goes to are multiplied by it. The products are F32, what comes between them is rounded to the type of
 * {@code x}. The sum is taken in the order of {@code i}, so that a row gives the same alone and among others.
 *
 * @param activation the function {@code f}
 * @param type the output's type
 */
public record Experts(Activation activation, DType type) implements Op<Experts.In<Tensor>, Experts.In<Buffer>> {
    /**
     * The operands.
     *
     * @param x floating, {@code [rows, hidden]}
     * @param ids I32 {@code [rows, chosen]}: the experts of a row, each below the number of experts; negative for none
     * @param weights F32 {@code [rows, chosen]}
     * @param gate {@code [experts, inner, hidden]}
     * @param up {@code [experts, inner, hidden]}
     * @param down {@code [experts, hidden, inner]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T ids, T weights, T gate, T up, T down) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(
                    as.in("x", x),
                    as.in("ids", ids),
                    as.in("weights", weights),
                    as.weight("gate", gate),
                    as.weight("up", up),
                    as.weight("down", down));
        }
    }

    /** The output is {@code [rows, hidden]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape x = in.x().shape();
        ShapeMismatch.unless(x.rank() == 2 && in.x().type().floating(), this, "x", "floating [rows, hidden]", in.x());
        choice("ids", in.ids(), DType.I32, x.dim(0));
        choice("weights", in.weights(), DType.F32, x.dim(0));
        ShapeMismatch.unless(
                in.weights().shape().equals(in.ids().shape()),
                this,
                "weights",
                "F32 " + in.ids().shape() + ", one for each id",
                in.weights());
        Shape gate = in.gate().shape();
        ShapeMismatch.unless(
                gate.rank() == 3
                        && gate.width() == x.width()
                        && in.gate().type().floating(),
                this,
                "gate",
                "[experts, inner, " + x.width() + "] for x " + x,
                in.gate());
        ShapeMismatch.unless(
                in.up().shape().equals(gate) && in.up().type().floating(),
                this,
                "up",
                gate + " like the gate",
                in.up());
        Shape back = Shape.of(gate.size(0), x.width(), gate.size(1));
        ShapeMismatch.unless(
                in.down().shape().equals(back) && in.down().type().floating(),
                this,
                "down",
                back + " for the gate " + gate,
                in.down());
        return List.of(TensorSpec.dense(type, x));
    }

    private void choice(String operand, Tensor tensor, DType wanted, Dim rows) {
        Shape shape = tensor.shape();
        ShapeMismatch.unless(
                tensor.type().equals(wanted)
                        && shape.rank() == 2
                        && shape.dim(0).equals(rows),
                this,
                operand,
                wanted + " [" + rows + ", chosen]",
                tensor);
    }

    /** Each choice by products with the matrices that the rows pick, the inner dimension in parts where temporaries would be too large. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Dim rows = in.x().shape().dim(0);
        long hidden = in.x().width();
        long experts = in.gate().shape().size(0);
        long inner = in.gate().shape().size(1);
        long parts = parts(ops, rows.size(ops.bounds()), inner);
        long part = inner / parts;
        Shape stack = Shape.of(experts * parts, part, hidden);
        Tensor gate = matrices(ops, in.gate(), in.x()).reshape(stack);
        Tensor up = matrices(ops, in.up(), in.x()).reshape(stack);
        Tensor down = matrices(ops, in.down(), in.x());
        Tensor x = ops.dense(in.x()).reshape(Shape.of(rows, 1, hidden));
        Gated gated = new Gated(activation, in.x().type());
        Tensor sum = ops.fill(0, DType.F32, in.x().shape());
        for (long i = 0; i < in.ids().width(); i++) {
            Tensor id = ops.dense(in.ids().columns(i, i + 1)).reshape(new Shape(List.of(rows)));
            Tensor product = ops.fill(0, DType.F32, in.x().shape()); // [rows, hidden]
            for (long p = 0; p < parts; p++) {
                Tensor index = parts == 1 ? id : ops.add(ops.multiply(id, (double) parts), (double) p);
                Tensor between =
                        ops.one(gated, new Gated.In<>(product(ops, x, gate, index), product(ops, x, up, index)));
                Tensor back = down.columns(p * part, (p + 1) * part); // [experts, hidden, part]
                product = ops.add(
                        product, product(ops, between, back, id).reshape(in.x().shape()));
            }
            Tensor absent =
                    ops.binary(Binary.LESS, id, ops.constant(Shape.of(1), 0)).reshape(Shape.of(rows, 1));
            Tensor weight = ops.select(
                    absent, ops.constant(Shape.of(1), 0f), in.weights().columns(i, i + 1));
            sum = ops.add(sum, ops.multiply(product, weight));
        }
        ops.into(out.getFirst()).convert(sum, type);
    }

    /** The fewest parts of the inner dimension, all equal, that keep gate, up and what is between them under the cap. */
    private static long parts(Ops ops, long rows, long inner) {
        long parts = 1;
        while (parts < inner
                && (inner % parts != 0 || 3 * Float.BYTES * rows * (inner / parts) > ops.temporaryBytes())) {
            parts++;
        }
        return Math.max(1, parts);
    }

    private static Tensor product(Ops ops, Tensor rows, Tensor matrices, Tensor index) {
        return ops.one(new MatMul(true), new MatMul.In<>(rows, matrices, Optional.of(index)));
    }

    private static Tensor matrices(Ops ops, Tensor weight, Tensor x) {
        return weight.type().equals(x.type()) ? weight : ops.convert(weight, DType.F32);
    }
}
