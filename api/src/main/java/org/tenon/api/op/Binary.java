package org.tenon.api.op;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntBinaryOperator;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A function of two numbers, element by element. Shapes are aligned at the last dimension; a dimension of 1 repeats.
 *
 * @param function which one
 */
public record Binary(Function function) implements Primitive<Binary.In<Tensor>, Binary.In<Buffer>> {
    /** {@code a + b}. */
    public static final Function ADD = new Function("add", false, Double::sum, Integer::sum);

    /** {@code a - b}. */
    public static final Function SUBTRACT = new Function("subtract", false, (a, b) -> a - b, (a, b) -> a - b);

    /** {@code a * b}. */
    public static final Function MULTIPLY = new Function("multiply", false, (a, b) -> a * b, (a, b) -> a * b);

    /** {@code a / b}; of integers rounded down, and 0 where {@code b} is. */
    public static final Function DIVIDE =
            new Function("divide", false, (a, b) -> a / b, (a, b) -> b == 0 ? 0 : Math.floorDiv(a, b));

    /** {@code a - b * floor(a / b)}; of integers 0 where {@code b} is. */
    public static final Function MODULO = new Function(
            "modulo", false, (a, b) -> a - b * Math.floor(a / b), (a, b) -> b == 0 ? 0 : Math.floorMod(a, b));

    /** The larger; NaN if either is. */
    public static final Function MAX = new Function("max", false, Math::max, Math::max);

    /** The smaller; NaN if either is. */
    public static final Function MIN = new Function("min", false, Math::min, Math::min);

    /** 1 where {@code a < b}, else 0, as I32. */
    public static final Function LESS = new Function("less", true, (a, b) -> a < b ? 1 : 0, (a, b) -> a < b ? 1 : 0);

    /** 1 where {@code a = b}, else 0, as I32. */
    public static final Function EQUAL =
            new Function("equal", true, (a, b) -> a == b ? 1 : 0, (a, b) -> a == b ? 1 : 0);

    /**
     * A function by name, with its meaning.
     *
     * @param name what kernels know it by
     * @param comparison whether the result is I32 whatever the operands are
     * @param meaning its value for floating types, in double precision
     * @param whole its value for I32
     */
    public record Function(String name, boolean comparison, DoubleBinaryOperator meaning, IntBinaryOperator whole) {
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
     * The operands, of one type.
     *
     * @param a F32 or I32, any shape
     * @param b as {@code a}, of a shape that meets it
     * @param <T> what stands for an operand
     */
    public record In<T>(T a, T b) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.reusable("a", a), as.reusable("b", b));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        DType type = in.a().type();
        ShapeMismatch.unless(type.equals(DType.F32) || type.equals(DType.I32), this, "a", "F32 or I32", in.a());
        ShapeMismatch.unless(in.b().type().equals(type), this, "b", "of type " + type + " like a", in.b());
        return List.of(
                TensorSpec.dense(function.comparison() ? DType.I32 : type, Broadcast.shape(this, "b", in.a(), in.b())));
    }
}
