package org.tenon.api.op;

import java.util.List;
import java.util.Set;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Rotary position embedding (Su et al. 2021): pairs of a head's leading columns are rotated by the row's angles; columns beyond
 * them pass through (partial rotation). The angles' cosines and sines are operands, in F32 as the references compute them.
 *
 * @param interleaved whether a pair is two neighbours (GPT-J) rather than columns half the rotated width apart (GPT-NeoX, Llama)
 * @param type the output's type
 */
public record Rope(boolean interleaved, DType type) implements Op<Rope.In<Tensor>, Rope.In<Buffer>> {
    /** Pairs are neighbours. */
    public static final Feature INTERLEAVED = new Feature("INTERLEAVED");

    /**
     * The operands.
     *
     * @param x floating, {@code [rows, heads, headDim]}
     * @param cos F32 {@code [rows, pairs]}, {@code 2 * pairs <= headDim}
     * @param sin F32 {@code [rows, pairs]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T cos, T sin) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x), as.in("cos", cos), as.in("sin", sin));
        }
    }

    /** The output has the shape of {@code x}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape x = in.x().shape();
        ShapeMismatch.unless(
                x.rank() == 3 && in.x().type().floating(), this, "x", "floating [rows, heads, headDim]", in.x());
        Shape angles = Shape.of(x.dim(0), in.cos().width());
        ShapeMismatch.unless(
                in.cos().type().equals(DType.F32)
                        && in.cos().shape().equals(angles)
                        && 2 * in.cos().width() <= x.width(),
                this,
                "cos",
                "F32 [" + x.dim(0) + ", at most " + x.width() / 2 + "] for x " + x,
                in.cos());
        ShapeMismatch.unless(
                in.sin().spec().equals(in.cos().spec()),
                this,
                "sin",
                "like cos, " + in.cos().spec(),
                in.sin());
        return List.of(in.x().spec().as(type));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        long pairs = in.cos().width();
        Tensor x = ops.convert(in.x(), DType.F32);
        boolean direct = type.equals(DType.F32);
        Tensor result = direct ? out.getFirst() : ops.variable(x);
        Shape perPair = Shape.of(in.x().shape().dim(0), 1, pairs); // [rows, 1, pairs]
        Tensor first;
        Tensor second;
        Tensor firstOut;
        Tensor secondOut;
        if (interleaved) {
            perPair = Shape.of(in.x().shape().dim(0), 1, pairs, 1);
            Shape split = Shape.of(x.shape().dim(0), x.shape().size(1), pairs, 2); // [rows, heads, pairs, 2]
            Tensor rotated = x.columns(0, 2 * pairs).reshape(split);
            Tensor rotatedOut = result.columns(0, 2 * pairs).reshape(split);
            first = rotated.columns(0, 1);
            second = rotated.columns(1, 2);
            firstOut = rotatedOut.columns(0, 1);
            secondOut = rotatedOut.columns(1, 2);
        } else {
            first = x.columns(0, pairs);
            second = x.columns(pairs, 2 * pairs);
            firstOut = result.columns(0, pairs);
            secondOut = result.columns(pairs, 2 * pairs);
        }
        Tensor cos = in.cos().reshape(perPair);
        Tensor sin = in.sin().reshape(perPair);
        ops.into(firstOut).subtract(ops.multiply(first, cos), ops.multiply(second, sin));
        ops.into(secondOut).add(ops.multiply(second, cos), ops.multiply(first, sin));
        if (!direct) {
            ops.into(out.getFirst()).convert(result, type);
        } else if (2 * pairs < x.width()) {
            ops.into(out.getFirst().columns(2 * pairs, x.width())).unary(Unary.COPY, x.columns(2 * pairs, x.width()));
        }
    }

    @Override
    public Set<Feature> features() {
        return interleaved ? Set.of(INTERLEAVED) : Set.of();
    }
}
