package org.tenon.samples.applications.acme;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Roles;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * An op that Tenon has never heard of, {@code tanh(alpha * x) * weight} (Zhu et al. 2025, Dynamic Tanh, without its bias). No backend has a
 * kernel for it; every one runs it.
 *
 * @param alpha the slope at zero
 */
public record Squash(double alpha) implements Op<Squash.In<Tensor>, Squash.In<Buffer>> {
    /**
     * The operands.
     *
     * @param x floating, {@code [..., width]}
     * @param weight F32 {@code [width]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T weight) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x), as.in("weight", weight));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(
                in.weight().shape().equals(Shape.of(in.x().width())),
                this,
                "weight",
                "[" + in.x().width() + "] for x " + in.x().shape(),
                in.weight());
        return List.of(in.x().spec().as(DType.F32));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor x = ops.convert(in.x(), DType.F32);
        Tensor squashed = ops.unary(Unary.TANH, ops.multiply(x, alpha));
        ops.into(out.getFirst()).multiply(squashed, in.weight());
    }
}
