package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * Writes a program, op by op. A layer's {@code forward} and an op's lowering are given one. Nothing is computed while they write;
 * equal ops on equal operands are written once, and what depends on weights and constants alone is computed once, at load.
 *
 * <p>Confined to the thread that writes.
 */
public interface Ops {
    /**
     * Writes an op.
     *
     * @param op what to compute
     * @param in its operands
     * @param <I> the op's operands
     * @return its outputs
     */
    <I extends Operands<Tensor>> List<Tensor> emit(Op<I, ?> op, I in);

    /**
     * A writer whose next op puts its first output into a given tensor: an output of the op being opened up, a view of one, or a
     * {@link #variable}.
     *
     * @param target receives the output; of the same type and shape
     * @return the writer, good for one op
     */
    Ops into(Tensor target);

    /**
     * Numbers fixed at load.
     *
     * @param shape their shape
     * @param values the numbers in order
     * @return F32
     */
    Tensor constant(Shape shape, float... values);

    /**
     * Integers fixed at load.
     *
     * @param shape their shape
     * @param values the integers in order
     * @return I32
     */
    Tensor constant(Shape shape, int... values);

    /**
     * A tensor that a loop carries from turn to turn; change it with {@link #into}.
     *
     * @param initial its value before the loop
     * @return the variable, of the same spec
     */
    Tensor variable(Tensor initial);

    /**
     * Repeats a body, written once.
     *
     * @param turns how often: the size of {@code over}, divided by {@code step} and rounded up. It may run too often where a step's
     *     shape is rounded up; a turn that finds nothing to do must change nothing
     * @param body writes the body, given the turn's number, I32 {@code [1]}
     */
    void loop(Turns turns, Consumer<Tensor> body);

    /** {@return the type that activations have in this program} */
    DType activations();

    /** {@return the largest step that the program runs} */
    StepShape bounds();

    /** {@return how many bytes of temporaries one opened op should stay under} */
    long temporaryBytes();

    /**
     * How often a loop runs.
     *
     * @param over what is gone through
     * @param step how much of it a turn takes
     */
    record Turns(Dim over, int step) {
        /**
         * Checks the step.
         *
         * @param over what is gone through
         * @param step how much of it a turn takes, at least one
         */
        public Turns {
            if (step < 1) {
                throw new IllegalArgumentException("a loop's step is at least 1, got " + step);
            }
        }

        /**
         * The number of turns in a step.
         *
         * @param shape what the step counts
         * @return the turns, zero or more
         */
        public int count(StepShape shape) {
            return Math.toIntExact((over.size(shape) + step - 1) / step);
        }

        @Override
        public String toString() {
            return over + " in chunks of " + step;
        }
    }

    /**
     * Writes an op of one output.
     *
     * @param op what to compute
     * @param in its operands
     * @param <I> the op's operands
     * @return its first output
     */
    default <I extends Operands<Tensor>> Tensor one(Op<I, ?> op, I in) {
        return emit(op, in).getFirst();
    }

    /**
     * One value everywhere.
     *
     * @param value the value
     * @param type F32 or I32
     * @param shape the shape
     * @return the tensor
     */
    default Tensor fill(double value, DType type, Shape shape) {
        return one(new Fill(value, type, shape), new Fill.In<>());
    }

    /**
     * The numbers from 0 on.
     *
     * @param size how many
     * @return I32 {@code [size]}
     */
    default Tensor iota(Dim size) {
        return one(new Iota(size), new Iota.In<>());
    }

    /**
     * Values in another type; the tensor itself where it has that type already.
     *
     * @param x any shape
     * @param type the type wanted
     * @return the same shape
     */
    default Tensor convert(Tensor x, DType type) {
        return x.type().equals(type) ? x : one(new Convert(type), new Convert.In<>(x));
    }

    /**
     * The same values without gaps; the tensor itself where it has none.
     *
     * @param x any shape
     * @return the same shape, dense
     */
    default Tensor dense(Tensor x) {
        return x.spec().dense() ? x : unary(Unary.COPY, x);
    }

    /**
     * A function of one number.
     *
     * @param function which
     * @param x any shape
     * @return the same shape
     */
    default Tensor unary(Unary.Function function, Tensor x) {
        return one(new Unary(function), new Unary.In<>(x));
    }

    /**
     * A function of two numbers.
     *
     * @param function which
     * @param a any shape
     * @param b a shape that meets it
     * @return the joint shape
     */
    default Tensor binary(Binary.Function function, Tensor a, Tensor b) {
        return one(new Binary(function), new Binary.In<>(a, b));
    }

    /**
     * {@code a + b}.
     *
     * @param a any shape
     * @param b a shape that meets it
     * @return the joint shape
     */
    default Tensor add(Tensor a, Tensor b) {
        return binary(Binary.ADD, a, b);
    }

    /**
     * {@code a + b} with a number.
     *
     * @param a any shape
     * @param b the number; whole for I32
     * @return the same shape
     */
    default Tensor add(Tensor a, double b) {
        return add(a, scalar(a, b));
    }

    /**
     * {@code a - b}.
     *
     * @param a any shape
     * @param b a shape that meets it
     * @return the joint shape
     */
    default Tensor subtract(Tensor a, Tensor b) {
        return binary(Binary.SUBTRACT, a, b);
    }

    /**
     * {@code a * b}.
     *
     * @param a any shape
     * @param b a shape that meets it
     * @return the joint shape
     */
    default Tensor multiply(Tensor a, Tensor b) {
        return binary(Binary.MULTIPLY, a, b);
    }

    /**
     * {@code a * b} with a number.
     *
     * @param a any shape
     * @param b the number; whole for I32
     * @return the same shape
     */
    default Tensor multiply(Tensor a, double b) {
        return multiply(a, scalar(a, b));
    }

    /**
     * {@code a / b}.
     *
     * @param a any shape
     * @param b a shape that meets it
     * @return the joint shape
     */
    default Tensor divide(Tensor a, Tensor b) {
        return binary(Binary.DIVIDE, a, b);
    }

    /**
     * {@code a / b} by a number.
     *
     * @param a any shape
     * @param b the number; whole for I32
     * @return the same shape
     */
    default Tensor divide(Tensor a, double b) {
        return divide(a, scalar(a, b));
    }

    /**
     * {@code 1 / sqrt(x)}.
     *
     * @param x F32, any shape
     * @return the same shape
     */
    default Tensor rsqrt(Tensor x) {
        return unary(Unary.RSQRT, x);
    }

    /**
     * A choice by condition.
     *
     * @param condition I32, zero for no
     * @param yes taken where the condition isn't zero
     * @param no taken where it is
     * @return the joint shape
     */
    default Tensor select(Tensor condition, Tensor yes, Tensor no) {
        return one(new Select(), new Select.In<>(condition, yes, no));
    }

    /**
     * The sum of the last dimension.
     *
     * @param x F32 {@code [..., n]}
     * @return {@code [..., 1]}
     */
    default Tensor sum(Tensor x) {
        return one(new Reduce(Reduce.SUM), new Reduce.In<>(x));
    }

    /**
     * The largest of the last dimension.
     *
     * @param x F32 {@code [..., n]}
     * @return {@code [..., 1]}
     */
    default Tensor max(Tensor x) {
        return one(new Reduce(Reduce.MAX), new Reduce.In<>(x));
    }

    /**
     * The largest of the last dimension and where they stand, in the order that {@link TopK} states.
     *
     * @param x F32 {@code [rows, n]}
     * @param k how many
     * @return their indices, I32 {@code [rows, k]}, and they themselves, F32 {@code [rows, k]}
     */
    default List<Tensor> topK(Tensor x, int k) {
        return emit(new TopK(k), new TopK.In<>(x));
    }

    /**
     * {@code a b^T}.
     *
     * @param a {@code [m, k]}
     * @param b {@code [n, k]}
     * @return F32 {@code [m, n]}
     */
    default Tensor matmul(Tensor a, Tensor b) {
        return one(new MatMul(true), new MatMul.In<>(a, b, Optional.empty()));
    }

    /**
     * Rows picked by index.
     *
     * @param source {@code [n, ...]}
     * @param index I32 {@code [r]}, negative for zeros
     * @return {@code [r, ...]}
     */
    default Tensor gather(Tensor source, Tensor index) {
        return one(new Gather(), new Gather.In<>(source, index));
    }

    /**
     * Rows put by index.
     *
     * @param target {@code [n, ...]}, changed
     * @param rows {@code [r, ...]}
     * @param index I32 {@code [r]}, negative to skip
     */
    default void scatter(Tensor target, Tensor rows, Tensor index) {
        emit(new Scatter(), new Scatter.In<>(target, rows, index));
    }

    /**
     * A matrix product with weights; the output has the activations' type.
     *
     * @param x {@code [rows, in]}
     * @param weight {@code [out, in]}
     * @return {@code [rows, out]}
     */
    default Tensor linear(Tensor x, Tensor weight) {
        return one(new Linear(activations()), new Linear.In<>(x, List.of(weight), Optional.empty()));
    }

    /**
     * RMS normalisation; the output has the activations' type.
     *
     * @param x {@code [..., width]}
     * @param weight {@code [width]}
     * @param epsilon added to the mean square
     * @return the same shape
     */
    default Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return one(new RmsNorm(epsilon, activations()), new RmsNorm.In<>(x, weight));
    }

    /**
     * Layer normalisation; the output has the activations' type.
     *
     * @param x {@code [..., width]}
     * @param weight {@code [width]}
     * @param bias {@code [width]}
     * @param epsilon added to the variance
     * @return the same shape
     */
    default Tensor layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double epsilon) {
        return one(new LayerNorm(epsilon, activations()), new LayerNorm.In<>(x, weight, bias));
    }

    private Tensor scalar(Tensor like, double value) {
        return like.type().equals(DType.I32)
                ? constant(Shape.of(1), Math.toIntExact((long) value))
                : constant(Shape.of(1), (float) value);
    }
}
