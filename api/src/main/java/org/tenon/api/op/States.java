package org.tenon.api.op;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/**
 * The states of sequences, opened up: for lowerings of ops that go through the rows of each sequence in order. A plugin's scan is written
 * like ours:
 *
 * <pre>{@code
 * States states = States.of(ops, pool, read, write, sequence);
 * states.each(row -> {
 *     Tensor next = ops.multiply(row.state(), row.of(decay));
 *     row.becomes(next);
 * });
 * }</pre>
 *
 * <p>Confined to the thread that writes the program.
 */
public final class States {
    private final Ops ops;
    private final Tensor pool;
    private final Tensor read;
    private final Tensor write;
    private final Tensor sequence;

    private States(Ops ops, Tensor pool, Tensor read, Tensor write, Tensor sequence) {
        this.ops = ops;
        this.pool = pool;
        this.read = read;
        this.write = write;
        this.sequence = sequence;
    }

    /**
     * States in a pool.
     *
     * @param ops writes the program
     * @param pool F32 {@code [slots, ...]}, changed in the slots written
     * @param read I32 {@code [sequences]}: the slot that each sequence goes on from, negative for zeros
     * @param write I32 {@code [rows]}: the slot that receives the state after the row, negative for none
     * @param sequence I32 {@code [rows]}: which sequence the row belongs to, negative for padding; rows of one lie together
     * @return the states
     */
    public static States of(Ops ops, Tensor pool, Tensor read, Tensor write, Tensor sequence) {
        return new States(ops, pool, read, write, sequence);
    }

    /**
     * Checks the operands that an op has for its states.
     *
     * @param op the op, for messages
     * @param rows the rows of its inputs
     * @param each what is kept for a sequence
     * @param pool the pool
     * @param read the slots read
     * @param write the slots written
     * @param sequence the sequences of the rows
     * @throws ShapeMismatch when one doesn't fit
     */
    public static void check(
            Op<?, ?> op, Dim rows, Shape each, Tensor pool, Tensor read, Tensor write, Tensor sequence) {
        List<Dim> dims = new ArrayList<>(each.dims());
        ShapeMismatch.unless(
                pool.type().equals(DType.F32)
                        && pool.shape().rank() == dims.size() + 1
                        && pool.shape().dims().subList(1, dims.size() + 1).equals(dims),
                op,
                "state",
                "F32 [slots, ...] of " + each,
                pool);
        ShapeMismatch.unless(
                read.type().equals(DType.I32) && read.shape().rank() == 1, op, "read", "I32 [sequences]", read);
        perRow(op, "write", rows, write);
        perRow(op, "sequence", rows, sequence);
    }

    private static void perRow(Op<?, ?> op, String operand, Dim rows, Tensor tensor) {
        ShapeMismatch.unless(
                tensor.type().equals(DType.I32) && tensor.shape().dims().equals(List.of(rows)),
                op,
                operand,
                "I32 [" + rows + "], one for each row",
                tensor);
    }

    /**
     * One row of the loop.
     *
     * @param ops writes the program
     * @param index the row, I32 {@code [1]}
     * @param state what stood before the row, F32 {@code [1, ...]}
     * @param carried what is carried from row to row
     */
    public record Row(Ops ops, Tensor index, Tensor state, Tensor carried) {
        /**
         * The row of an operand.
         *
         * @param rows {@code [rows, ...]}
         * @return F32 {@code [1, ...]}
         */
        public Tensor of(Tensor rows) {
            return ops.convert(ops.gather(rows, index), DType.F32);
        }

        /**
         * Replaces the state.
         *
         * @param next F32, of as many elements
         */
        public void becomes(Tensor next) {
            ops.into(carried).unary(Unary.COPY, next.reshape(carried.shape()));
        }
    }

    /**
     * Writes a loop over the rows of all sequences.
     *
     * @param body writes what is done with a row, and says what its state becomes
     */
    public void each(Consumer<Row> body) {
        Tensor zero = ops.constant(Shape.of(1), 0);
        Tensor none = ops.constant(Shape.of(1), -1);
        Dim rows = sequence.shape().dim(0);
        List<Dim> dims = new ArrayList<>(pool.shape().dims());
        dims.set(0, Dim.of(1));
        Tensor carried = ops.variable(ops.fill(0, DType.F32, new Shape(dims)));
        Tensor owners = sequence.reshape(column(rows)); // [rows, 1]
        Tensor slots = write.reshape(column(rows));
        Tensor reads = read.reshape(column(read.shape().dim(0)));
        Tensor last = ops.variable(none);
        ops.loop(new Ops.Turns(rows, 1), index -> {
            Tensor owner = ops.gather(owners, index).reshape(Shape.of(1));
            Tensor slot = ops.gather(reads, owner).reshape(Shape.of(1)); // 0 for padding
            Tensor padding = ops.binary(Binary.LESS, owner, zero);
            Tensor from = ops.gather(pool, ops.select(padding, none, slot));
            Tensor begun = ops.binary(Binary.EQUAL, owner, last)
                    .reshape(new Shape(dims.stream().map(_ -> Dim.of(1)).toList()));
            Tensor state = ops.select(begun, carried, from);
            body.accept(new Row(ops, index, state, carried));
            ops.into(last).unary(Unary.COPY, owner);
            ops.scatter(pool, carried, ops.gather(slots, index).reshape(Shape.of(1)));
        });
    }

    /**
     * Not zero in the rows that belong to a sequence.
     *
     * @return I32 {@code [rows, 1]}
     */
    public Tensor owned() {
        return ops.binary(Binary.LESS, ops.constant(Shape.of(1), -1), sequence)
                .reshape(column(sequence.shape().dim(0)));
    }

    private static Shape column(Dim rows) {
        return Shape.of(rows, 1);
    }
}
