package org.tenon.conformance.onnx;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Roles;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Precision;

/**
 * {@code exp(x) / sum(exp(x))} along the last dimension, an op that Tenon's catalogue doesn't have: attention has it within. A backend has
 * no kernel for it, and must say so; opened up it is what a plugin's op is, made of primitives.
 */
public record Softmax() implements Op<Softmax.In<Tensor>, Softmax.In<Buffer>> {
    /**
     * The operand.
     *
     * @param x F32, of any shape
     * @param <T> what stands for an operand
     */
    public record In<T>(T x) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.x().type().equals(DType.F32), this, "x", "F32", in.x());
        return List.of(in.x().spec().as(DType.F32));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor weights = ops.unary(Unary.EXP, ops.subtract(in.x(), ops.max(in.x())));
        ops.into(out.getFirst()).unary(Unary.COPY, ops.divide(weights, ops.sum(weights)));
    }

    /** The meaning: each weight is off by the difference's rounding and the exponential's, their sum by that and its own. */
    static List<Exact> oracle(Softmax op, In<Exact> in, Precision precision) {
        Exact x = in.x();
        int width = x.size(-1);
        Exact out = Exact.zeros(DType.F32, x.sizes());
        for (int row = 0; row < x.rows(); row++) {
            double highest = Double.NEGATIVE_INFINITY;
            double magnitude = 0;
            for (int i = 0; i < width; i++) {
                highest = Math.max(highest, x.at(row * width + i));
                magnitude = Math.max(magnitude, Math.abs(x.at(row * width + i)));
            }
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += Math.exp(x.at(row * width + i) - highest);
            }
            double relative = 2 * (2 * magnitude * precision.roundoff() + precision.function())
                    + precision.sum(width)
                    + precision.function();
            for (int i = 0; i < width; i++) {
                double value = Math.exp(x.at(row * width + i) - highest) / sum;
                out.set(value, relative * value, row * width + i);
            }
        }
        return List.of(out);
    }
}
