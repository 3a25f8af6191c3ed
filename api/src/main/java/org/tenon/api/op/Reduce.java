package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The last dimension made one number, accumulated in F32 or better.
 *
 * @param function how
 */
public record Reduce(Function function) implements Primitive<Reduce.In<Tensor>, Reduce.In<Buffer>> {
    /** The sum; 0 of nothing. */
    public static final Function SUM = new Function("sum");

    /** The largest; NaN if any is; negative infinity of nothing. */
    public static final Function MAX = new Function("max");

    /**
     * A way to reduce, by name.
     *
     * @param name what kernels know it by
     */
    public record Function(String name) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * The operand.
     *
     * @param x F32, {@code [..., n]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T x) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x));
        }
    }

    /** The output is {@code [..., 1]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.x().type().equals(DType.F32), this, "x", "F32", in.x());
        return List.of(TensorSpec.dense(DType.F32, in.x().shape().withWidth(1)));
    }
}
