package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * {@code (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias} over the last dimension (Ba et al. 2016), computed in F32. The variance is
 * the mean of the squares of {@code x - mean(x)}; taken as {@code mean(x^2) - mean(x)^2} it would lose what numbers far from zero differ by.
 *
 * @param epsilon added to the variance
 * @param type the output's type
 */
public record LayerNorm(double epsilon, DType type) implements Op<LayerNorm.In<Tensor>, LayerNorm.In<Buffer>> {
    /**
     * The operands.
     *
     * @param x floating, {@code [..., width]}
     * @param weight F32 {@code [width]}
     * @param bias F32 {@code [width]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T weight, Optional<T> bias) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x), as.in("weight", weight), as.optional("bias", bias));
        }
    }

    /** The output has the shape of {@code x}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.x().type().floating(), this, "x", "of a floating type", in.x());
        vector(in, "weight", in.weight());
        in.bias().ifPresent(bias -> vector(in, "bias", bias));
        return List.of(in.x().spec().as(type));
    }

    private void vector(In<Tensor> in, String name, Tensor vector) {
        long width = in.x().width();
        ShapeMismatch.unless(
                vector.type().equals(DType.F32) && vector.shape().equals(Shape.of(width)),
                this,
                name,
                "F32 [" + width + "] for x " + in.x().shape(),
                vector);
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor x = ops.convert(in.x(), DType.F32);
        Tensor centred = ops.subtract(x, mean(ops, x));
        Tensor variance = mean(ops, ops.multiply(centred, centred)); // [..., 1]
        Tensor normal = ops.multiply(centred, ops.rsqrt(ops.add(variance, epsilon)));
        boolean direct = type.equals(DType.F32);
        Ops last = direct ? ops.into(out.getFirst()) : ops;
        Tensor result = in.bias().isPresent()
                ? last.add(ops.multiply(normal, in.weight()), in.bias().get())
                : last.multiply(normal, in.weight());
        if (!direct) {
            ops.into(out.getFirst()).convert(result, type);
        }
    }

    private static Tensor mean(Ops ops, Tensor x) {
        return ops.divide(ops.sum(x), (double) x.width());
    }
}
