package org.tenon.api.op;

import java.util.Optional;
import java.util.function.Consumer;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The keys of a cache in blocks, gone through in chunks: what an op is opened up with that mixes a cache's values, whatever it weighs them by.
 * Tables, bases and lengths are followed here. An op of a plugin's own takes {@link Attention.In} as its operands and writes
 *
 * <pre>{@code
 * KeyChunks chunks = KeyChunks.of(ops, in);
 * Tensor q = chunks.queries(scale);
 * Tensor sum = ops.variable(ops.fill(0, DType.F32, chunks.shape(in.values().width())));
 * chunks.each(keys, chunk -> {
 *     Tensor seen = chunk.visible(sees.lower(ops, chunks.positions(), chunk.positions()));
 *     Tensor weights = ops.select(seen, chunk.scores(q), zero);
 *     ops.into(sum).add(sum, chunk.weighted(weights));
 * });
 * }</pre>
 *
 * <p>Confined to the thread that writes the program.
 */
public final class KeyChunks {
    /** The most and the fewest keys of a chunk. */
    private static final int MOST_KEYS = 64;

    private static final int FEWEST_KEYS = 8;

    private final Ops ops;
    private final Attention.In<Tensor> in;
    private final Dim rows;
    private final int kvHeads;
    private final long group;
    private final int size;
    private final int perBlock;
    private final Tensor keys;
    private final Tensor values;

    private KeyChunks(Ops ops, Attention.In<Tensor> in) {
        Shape pool = in.keys().shape();
        long heads = in.q().shape().size(1);
        int blockSize = Math.toIntExact(pool.size(2));
        this.ops = ops;
        this.in = in;
        this.rows = in.q().shape().dim(0);
        this.kvHeads = Math.toIntExact(pool.size(1));
        this.group = heads / kvHeads;
        this.size = size(ops, rows.size(ops.bounds()) * heads, blockSize);
        this.perBlock = blockSize / size;
        Dim matrices = pool.dim(0).times((long) kvHeads * perBlock);
        this.keys = ops.dense(in.keys()).reshape(Shape.of(matrices, size, pool.width()));
        this.values = ops.dense(in.values())
                .reshape(Shape.of(matrices, size, in.values().width()));
    }

    /** Keys per turn: as many as a block can be cut into whose scores, F32 for each row and head, stay under the cap. */
    private static int size(Ops ops, long scores, int blockSize) {
        int size = MOST_KEYS;
        while (size > FEWEST_KEYS && (blockSize % size != 0 || 4 * scores * size > ops.temporaryBytes())) {
            size /= 2;
        }
        return blockSize % size == 0 ? size : blockSize;
    }

    /**
     * The chunks of a cache.
     *
     * @param ops writes the program
     * @param in the queries and the cache
     * @return the chunks
     */
    public static KeyChunks of(Ops ops, Attention.In<Tensor> in) {
        return new KeyChunks(ops, in);
    }

    /**
     * Checks the operands of an op that mixes the values of a cache, without a bias.
     *
     * @param op the op, for messages
     * @param in its operands
     * @param type the output's type
     * @return the spec of its output, {@code [rows, heads, valueWidth]}
     * @throws ShapeMismatch when an operand doesn't fit
     */
    public static TensorSpec mixed(Op<?, ?> op, Attention.In<Tensor> in, DType type) {
        Shape q = in.q().shape();
        ShapeMismatch.unless(
                q.rank() == 3 && in.q().type().floating(), op, "q", "floating [rows, heads, keyWidth]", in.q());
        Shape pool = in.keys().shape();
        ShapeMismatch.unless(
                pool.rank() == 4 && pool.width() == q.width(),
                op,
                "keys",
                "[blocks, kvHeads, blockSize, " + q.width() + "] for q " + q,
                in.keys());
        ShapeMismatch.unless(
                q.size(1) % pool.size(1) == 0,
                op,
                "keys",
                "of heads that divide the " + q.size(1) + " of q",
                in.keys());
        Shape values = in.values().shape();
        ShapeMismatch.unless(
                values.rank() == 4
                        && values.dims().subList(0, 3).equals(pool.dims().subList(0, 3)),
                op,
                "values",
                "of the blocks of keys " + pool,
                in.values());
        integers(op, "table", in.table(), 2, in.table().shape().dim(0));
        integers(op, "bases", in.bases(), 1, in.table().shape().dim(0));
        integers(op, "lengths", in.lengths(), 1, in.table().shape().dim(0));
        integers(op, "sequence", in.sequence(), 1, q.dim(0));
        integers(op, "positions", in.positions(), 1, q.dim(0));
        in.bias().ifPresent(bias -> {
            throw new ShapeMismatch(op, "bias", "left out", bias);
        });
        return TensorSpec.dense(type, q.withWidth(values.width()));
    }

    private static void integers(Op<?, ?> op, String operand, Tensor tensor, int rank, Dim first) {
        ShapeMismatch.unless(
                tensor.type().equals(DType.I32)
                        && tensor.shape().rank() == rank
                        && tensor.shape().dim(0).equals(first),
                op,
                operand,
                "I32 of rank " + rank + " with " + first + " entries",
                tensor);
    }

    /**
     * The shape that the heads of queries have here: those that read the same key head stand together.
     *
     * @param width the last dimension
     * @return {@code [rows, kvHeads, heads / kvHeads, width]}
     */
    public Shape shape(long width) {
        return Shape.of(rows, kvHeads, group, width);
    }

    /**
     * The queries, times a number.
     *
     * @param scale the number
     * @return F32 {@link #shape shape(keyWidth)}
     */
    public Tensor queries(double scale) {
        Tensor q = ops.dense(ops.convert(in.q(), DType.F32));
        return ops.multiply(q.reshape(shape(in.q().width())), scale);
    }

    /** {@return the positions of the rows, I32 {@code [rows, 1]}} */
    public Tensor positions() {
        return in.positions().reshape(Shape.of(rows, 1));
    }

    /** {@return how many keys a chunk has} */
    public int size() {
        return size;
    }

    /**
     * A chunk of each row's keys.
     *
     * @param ops writes the program
     * @param positions the keys' positions, I32 {@code [rows, size]}
     * @param there not zero where the row's sequence has the key, whether the row may see it or not; I32 {@code [rows, size]}
     * @param keys the keys as matrices {@code [N, size, keyWidth]}
     * @param values the values as matrices {@code [N, size, valueWidth]}
     * @param index the matrix that a row reads for each key head, -1 for none; I32 {@code [rows, kvHeads]}
     */
    public record Chunk(Ops ops, Tensor positions, Tensor there, Tensor keys, Tensor values, Tensor index) {
        /**
         * The keys that are there and seen.
         *
         * @param seen not zero where the row may see the key, as {@link Visibility#lower} says; I32, of a shape that meets {@code [rows, size]}
         * @return I32 {@code [rows, 1, 1, size]}, which meets {@link #scores}
         */
        public Tensor visible(Tensor seen) {
            Tensor both = ops.select(there, seen, ops.constant(Shape.of(1), 0));
            return both.reshape(Shape.of(both.shape().dim(0), 1, 1, both.shape().size(1)));
        }

        /**
         * The products of queries and keys.
         *
         * @param queries F32 {@code [rows, kvHeads, group, keyWidth]}
         * @return F32 {@code [rows, kvHeads, group, size]}
         */
        public Tensor scores(Tensor queries) {
            return ops.one(new MatMul(true), new MatMul.In<>(queries, keys, Optional.of(index)));
        }

        /**
         * The values, weighed and added up.
         *
         * @param weights F32 {@code [rows, kvHeads, group, size]}, zero for keys that aren't there
         * @return F32 {@code [rows, kvHeads, group, valueWidth]}
         */
        public Tensor weighted(Tensor weights) {
            return ops.one(new MatMul(false), new MatMul.In<>(weights, values, Optional.of(index)));
        }
    }

    /**
     * Writes a loop over the chunks, from the base of each row's table on.
     *
     * @param reach counts the longest reach in the step
     * @param body writes what is done with a chunk; one without a key must change nothing
     */
    public void each(Extent reach, Consumer<Chunk> body) {
        Tensor zero = ops.constant(Shape.of(1), 0);
        Tensor none = ops.constant(Shape.of(1), -1);
        Shape perRow = Shape.of(rows, 1);
        Tensor sequence = in.sequence();
        Tensor absent = ops.binary(Binary.LESS, sequence, zero).reshape(perRow);
        Tensor bases = ops.gather(column(in.bases()), sequence); // [rows, 1]
        Tensor lengths = ops.gather(column(in.lengths()), sequence);
        int entries = Math.toIntExact(in.table().width());
        Tensor table = in.table().reshape(Shape.of(in.table().shape().dim(0).times(entries), 1));
        Tensor firstEntry = ops.multiply(sequence, entries); // [rows]
        Tensor kvHead = ops.iota(Dim.of(kvHeads)); // [kvHeads]
        Tensor place = ops.iota(Dim.of(size)); // [size]
        ops.loop(new Ops.Turns(reach.dim(), size), turn -> {
            Tensor entry = ops.add(firstEntry, ops.divide(turn, perBlock)); // [rows]
            Tensor inside = ops.binary(Binary.LESS, ops.divide(turn, perBlock), ops.constant(Shape.of(1), entries));
            Tensor found = ops.select(inside, entry, none);
            Tensor valid = ops.select(ops.binary(Binary.LESS, sequence, zero), none, found);
            Tensor block = ops.gather(table, valid); // [rows, 1]
            Tensor missing = ops.select(
                    absent, ops.constant(Shape.of(1), 1), ops.binary(Binary.LESS, valid.reshape(perRow), zero));
            Tensor part = ops.binary(Binary.MODULO, turn, ops.constant(Shape.of(1), perBlock));
            Tensor matrix = ops.add(ops.multiply(ops.add(ops.multiply(block, kvHeads), kvHead), perBlock), part);
            Tensor empty = ops.select(missing, ops.constant(Shape.of(1), 1), ops.binary(Binary.LESS, block, zero));
            Tensor index = ops.select(empty, none, matrix); // [rows, kvHeads]
            Tensor key = ops.add(ops.add(bases, ops.multiply(turn, size)), place); // [rows, size]
            Tensor within = ops.select(empty, zero, ops.binary(Binary.LESS, key, lengths));
            body.accept(new Chunk(ops, key, within, keys, values, index));
        });
    }

    private static Tensor column(Tensor vector) {
        return vector.reshape(Shape.of(vector.shape().dim(0), 1));
    }
}
