package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * An activation without a gate, {@code f(x)}, computed in F32.
 *
 * @param activation the function {@code f}
 */
public record Activate(Activation activation) implements Op<Activate.In<Tensor>, Activate.In<Buffer>> {
    /**
     * The operand.
     *
     * @param x floating, any shape
     * @param <T> what stands for an operand
     */
    public record In<T>(T x) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.reusable("x", x));
        }
    }

    /** The output has type and shape of {@code x}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.x().type().floating(), this, "x", "of a floating type", in.x());
        return List.of(in.x().spec().as(in.x().type()));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor result = activation.lower(ops, ops.convert(in.x(), DType.F32));
        if (in.x().type().equals(DType.F32)) {
            ops.into(out.getFirst()).unary(Unary.COPY, result);
        } else {
            ops.into(out.getFirst()).convert(result, in.x().type());
        }
    }
}
