package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * {@code x / sqrt(mean(x^2) + epsilon) * weight} over the last dimension (Zhang and Sennrich 2019), computed in F32.
 *
 * @param epsilon added to the mean square
 * @param type the output's type
 */
public record RmsNorm(double epsilon, DType type) implements Op<RmsNorm.In<Tensor>, RmsNorm.In<Buffer>> {
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

    /** The output has the shape of {@code x}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.x().type().floating(), this, "x", "of a floating type", in.x());
        ShapeMismatch.unless(
                in.weight().type().equals(DType.F32)
                        && in.weight().shape().equals(Shape.of(in.x().width())),
                this,
                "weight",
                "F32 [" + in.x().width() + "] for x " + in.x().shape(),
                in.weight());
        return List.of(in.x().spec().as(type));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor x = ops.convert(in.x(), DType.F32);
        Tensor mean = ops.divide(ops.sum(ops.multiply(x, x)), (double) x.width()); // [..., 1]
        Tensor normal = ops.multiply(x, ops.rsqrt(ops.add(mean, epsilon)));
        if (type.equals(DType.F32)) {
            ops.into(out.getFirst()).multiply(normal, in.weight());
        } else {
            ops.into(out.getFirst()).convert(ops.multiply(normal, in.weight()), type);
        }
    }
}
