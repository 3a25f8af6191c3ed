package org.tenon.api.op;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A function of one number, element by element.
 *
 * @param function which one
 */
public record Unary(Function function) implements Primitive<Unary.In<Tensor>, Unary.In<Buffer>> {
    /** {@code x}, of any type. */
    public static final Function COPY = new Function("copy", x -> x);

    /** {@code e^x}. */
    public static final Function EXP = new Function("exp", Math::exp);

    /** {@code 1 / sqrt(x)}. */
    public static final Function RSQRT = new Function("rsqrt", x -> 1 / Math.sqrt(x));

    /** The cosine of {@code x} radians. */
    public static final Function COS = new Function("cos", Math::cos);

    /** The sine of {@code x} radians. */
    public static final Function SIN = new Function("sin", Math::sin);

    /** {@code 1 / (1 + e^-x)}. */
    public static final Function SIGMOID = new Function("sigmoid", x -> 1 / (1 + Math.exp(-x)));

    /** The hyperbolic tangent. */
    public static final Function TANH = new Function("tanh", Math::tanh);

    /** {@code ln(1 + e^x)}. */
    public static final Function SOFTPLUS =
            new Function("softplus", x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));

    /**
     * A function by name, with its meaning.
     *
     * @param name what kernels know it by
     * @param meaning its value, in double precision
     */
    public record Function(String name, DoubleUnaryOperator meaning) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Function function && function.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * The operand.
     *
     * @param x F32 of any shape; for {@link #COPY} any type
     * @param <T> what stands for an operand
     */
    public record In<T>(T x) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.reusable("x", x));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(function.equals(COPY) || in.x().type().equals(DType.F32), this, "x", "F32", in.x());
        return List.of(in.x().spec().as(in.x().type()));
    }
}
