package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The largest of each row, and where they stand: the largest first, equal ones by their index, zeros of both signs equal. NaN comes before all
 * numbers, as in PyTorch's {@code torch.topk}, so that the first says whether there is one in the row. A row's results depend on that row alone.
 *
 * @param k how many of each row
 */
public record TopK(int k) implements Op<TopK.In<Tensor>, TopK.In<Buffer>> {
    /** F32 tells all whole numbers up to here apart; indices are such while the op is opened up. */
    private static final long MOST_COLUMNS = 1 << 24;

    /** Tensors as large as the operand that are there at a time while the op is opened up. */
    private static final long TEMPORARIES = 7;

    /**
     * The operand.
     *
     * @param logits F32 {@code [rows, width]}, of at most 2^24 columns
     * @param <T> what stands for an operand
     */
    public record In<T>(T logits) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("logits", logits));
        }
    }

    /** The outputs are the indices, I32 {@code [rows, k]}, and the values as they are, F32 {@code [rows, k]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape logits = in.logits().shape();
        ShapeMismatch.unless(
                logits.rank() == 2 && in.logits().type().equals(DType.F32),
                this,
                "logits",
                "F32 [rows, width]",
                in.logits());
        ShapeMismatch.unless(
                k >= 1 && k <= logits.width() && logits.width() <= MOST_COLUMNS,
                this,
                "logits",
                "of at least the " + k + " columns that are wanted, which is one or more, and at most " + MOST_COLUMNS,
                in.logits());
        Shape each = logits.withWidth(k);
        return List.of(TensorSpec.dense(DType.I32, each), TensorSpec.dense(DType.F32, each));
    }

    /** All rows together, or where that takes too much memory one after another. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Dim rows = in.logits().shape().dim(0);
        long bytes = TEMPORARIES
                * Float.BYTES
                * rows.size(ops.bounds())
                * in.logits().width();
        Found all = Found.none(ops, rows, k);
        if (bytes <= ops.temporaryBytes()) {
            find(ops, in.logits(), all);
        } else {
            ops.loop(new Ops.Turns(rows, 1), row -> {
                Found one = Found.none(ops, Dim.of(1), k);
                find(ops, ops.gather(in.logits(), row), one);
                ops.scatter(all.ids(), one.ids(), row);
                ops.scatter(all.values(), one.values(), row);
            });
        }
        ops.into(out.getFirst()).unary(Unary.COPY, all.ids());
        ops.into(out.getLast()).unary(Unary.COPY, all.values());
    }

    /** Variables for what is found. */
    private record Found(Tensor ids, Tensor values) {
        static Found none(Ops ops, Dim rows, int k) {
            Shape each = Shape.of(rows, k);
            return new Found(ops.variable(ops.fill(0, DType.I32, each)), ops.variable(ops.fill(0, DType.F32, each)));
        }
    }

    /** In each turn the first of the largest that aren't taken yet, or of those that are NaN. */
    private void find(Ops ops, Tensor logits, Found found) {
        Tensor one = ops.constant(Shape.of(1), 1);
        Tensor none = ops.constant(Shape.of(1), 0);
        Tensor lowest = ops.constant(Shape.of(1), Float.NEGATIVE_INFINITY);
        Tensor column = ops.iota(Dim.of(logits.width())); // [width]
        Tensor backwards = ops.multiply(ops.convert(column, DType.F32), -1);
        Tensor number = ops.binary(Binary.EQUAL, logits, logits); // NaN isn't equal to itself
        Tensor keys = ops.select(number, logits, lowest); // [rows, width]
        Tensor taken = ops.variable(ops.fill(0, DType.I32, logits.shape()));
        Tensor place = ops.iota(Dim.of(k)); // [k]
        ops.loop(new Ops.Turns(Dim.of(k), 1), turn -> {
            Tensor nan = ops.select(taken, none, ops.select(number, none, one));
            Tensor anyNan = ops.convert(ops.max(ops.convert(nan, DType.F32)), DType.I32); // [rows, 1]
            Tensor left = ops.select(taken, lowest, keys);
            Tensor largest = ops.select(taken, none, ops.binary(Binary.EQUAL, left, ops.max(left)));
            Tensor candidates = ops.select(anyNan, nan, largest);
            Tensor first = ops.multiply(ops.max(ops.select(candidates, backwards, lowest)), -1); // [rows, 1]
            Tensor id = ops.convert(first, DType.I32);
            Tensor here = ops.binary(Binary.EQUAL, column, id); // [rows, width]
            Tensor value = ops.max(ops.select(here, logits, lowest)); // [rows, 1], of one element
            Tensor now = ops.binary(Binary.EQUAL, place, turn); // [k]
            ops.into(found.ids()).select(now, id, found.ids());
            ops.into(found.values()).select(now, value, found.values());
            ops.into(taken).select(here, one, taken);
        });
    }
}
