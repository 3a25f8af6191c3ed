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
 * Puts new keys (or values) into a cache's pool: row {@code t} goes to place {@code slot % blockSize} of block {@code slot / blockSize}.
 */
public record CacheWrite() implements Op<CacheWrite.In<Tensor>, CacheWrite.In<Buffer>> {
    /**
     * The operands.
     *
     * @param pool {@code [blocks, kvHeads, blockSize, width]}, changed in the slots named
     * @param rows of the pool's type, {@code [rows, kvHeads, width]}
     * @param slots I32 {@code [rows]}: {@code block * blockSize + place}, distinct; negative for none
     * @param <T> what stands for an operand
     */
    public record In<T>(T pool, T rows, T slots) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.inout("pool", pool), as.in("rows", rows), as.in("slots", slots));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape pool = in.pool().shape();
        ShapeMismatch.unless(pool.rank() == 4, this, "pool", "[blocks, kvHeads, blockSize, width]", in.pool());
        Shape rows = in.rows().shape();
        ShapeMismatch.unless(
                in.rows().type().equals(in.pool().type())
                        && rows.equals(Shape.of(rows.dim(0), pool.size(1), pool.size(3))),
                this,
                "rows",
                in.pool().type() + " [rows, " + pool.size(1) + ", " + pool.size(3) + "] for the pool " + pool,
                in.rows());
        ShapeMismatch.unless(
                in.slots().type().equals(DType.I32) && in.slots().shape().equals(new Shape(List.of(rows.dim(0)))),
                this,
                "slots",
                "I32 [" + rows.dim(0) + "], one for each row",
                in.slots());
        return List.of();
    }

    /** The pool seen as {@code [blocks * kvHeads * blockSize, width]}: row {@code (block * kvHeads + head) * blockSize + place}. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Shape pool = in.pool().shape();
        int kvHeads = Math.toIntExact(pool.size(1));
        int blockSize = Math.toIntExact(pool.size(2));
        Shape perRow = Shape.of(in.slots().shape().dim(0), 1);
        Tensor slots = in.slots().reshape(perRow); // [rows, 1]
        Tensor block = ops.divide(slots, blockSize);
        Tensor place = ops.binary(Binary.MODULO, slots, ops.constant(Shape.of(1), blockSize));
        Tensor heads = ops.iota(Dim.of(kvHeads)); // [kvHeads]
        Tensor row = ops.add(ops.multiply(ops.add(ops.multiply(block, kvHeads), heads), blockSize), place);
        Tensor missing = ops.constant(Shape.of(1), -1);
        Tensor index = ops.select(ops.binary(Binary.LESS, slots, ops.constant(Shape.of(1), 0)), missing, row);
        Dim entries = index.shape().dim(0).times(kvHeads); // rows * kvHeads
        ops.scatter(
                in.pool().reshape(Shape.of(pool.size(0) * kvHeads * blockSize, pool.size(3))),
                ops.dense(in.rows()).reshape(Shape.of(entries, pool.size(3))),
                index.reshape(new Shape(List.of(entries))));
    }
}
