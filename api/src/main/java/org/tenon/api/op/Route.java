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
 * The choice of a router (Shazeer et al. 2017): each row goes to the experts of its largest logits, the largest first, equal ones by
 * their index, NaN after all others; each with its weight in the softmax over all logits. A row of no sequence goes nowhere: its ids are
 * -1 and its weights 0.
 *
 * @param chosen how many experts a row goes to
 * @param renormalised whether the weights of a row are divided by their sum: a softmax over the chosen logits alone (Jiang et al. 2024)
 */
public record Route(int chosen, boolean renormalised) implements Op<Route.In<Tensor>, Route.In<Buffer>> {
    /** The weights of a row are divided by their sum. */
    public static final Feature RENORMALISED = new Feature("renormalised");

    /**
     * The operands.
     *
     * @param logits F32 {@code [rows, experts]}
     * @param sequence I32 {@code [rows]}: which sequence the row belongs to, negative for padding
     * @param <T> what stands for an operand
     */
    public record In<T>(T logits, T sequence) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("logits", logits), as.in("sequence", sequence));
        }
    }

    @Override
    public Set<Feature> features() {
        return renormalised ? Set.of(RENORMALISED) : Set.of();
    }

    /** The outputs are the ids, I32 {@code [rows, chosen]}, and the weights, F32 {@code [rows, chosen]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape logits = in.logits().shape();
        ShapeMismatch.unless(
                logits.rank() == 2 && in.logits().type().equals(DType.F32),
                this,
                "logits",
                "F32 [rows, experts]",
                in.logits());
        ShapeMismatch.unless(
                chosen >= 1 && chosen <= logits.width(),
                this,
                "logits",
                "of at least the " + chosen + " experts that are chosen",
                in.logits());
        ShapeMismatch.unless(
                in.sequence().type().equals(DType.I32)
                        && in.sequence().shape().equals(new Shape(List.of(logits.dim(0)))),
                this,
                "sequence",
                "I32 [" + logits.dim(0) + "], one for each row",
                in.sequence());
        Shape each = logits.withWidth(chosen);
        return List.of(TensorSpec.dense(DType.I32, each), TensorSpec.dense(DType.F32, each));
    }

    /** The largest, NaN made the lowest of all, and their weights. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor logits = in.logits(); // [rows, experts]
        Tensor zero = ops.constant(Shape.of(1), 0f);
        Tensor lowest = ops.constant(Shape.of(1), Float.NEGATIVE_INFINITY);
        Tensor absent = ops.binary(Binary.LESS, in.sequence(), ops.constant(Shape.of(1), 0))
                .reshape(Shape.of(logits.shape().dim(0), 1));
        Tensor keys = ops.select(ops.binary(Binary.EQUAL, logits, logits), logits, lowest); // NaN isn't equal to itself
        List<Tensor> best = ops.topK(keys, chosen); // [rows, chosen] each
        Tensor largest = ops.max(logits); // NaN if any is
        Tensor weights = ops.unary(Unary.EXP, ops.subtract(best.getLast(), largest));
        Tensor total = ops.sum(renormalised ? weights : ops.unary(Unary.EXP, ops.subtract(logits, largest)));
        ops.into(out.getFirst()).select(absent, ops.constant(Shape.of(1), -1), best.getFirst());
        ops.into(out.getLast()).select(absent, zero, ops.divide(weights, total));
    }
}
