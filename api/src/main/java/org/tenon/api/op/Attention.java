package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Attention over a cache of blocks (Vaswani et al. 2017; blocks as in Kwon et al. 2023): {@code softmax(scale * q k^T) v} over the
 * keys that the query sees. Query head {@code h} reads key head {@code h / (heads / kvHeads)} (Ainslie et al. 2023). A query that sees
 * no key, and one of no sequence, gives zeros. Scores and sums are F32.
 *
 * <p>Entry {@code i} of a sequence's table holds the keys at positions {@code base + i * blockSize} and on; {@code length} is the
 * position after its last key.
 *
 * @param scale multiplies the scores, {@code 1 / sqrt(headDim)} as a rule
 * @param sees which keys a query sees
 * @param keys counts the longest reach in the step: no sequence has more than this many keys from its base on
 */
public record Attention(double scale, Visibility sees, Extent keys)
        implements Op<Attention.In<Tensor>, Attention.In<Buffer>> {
    /** Below every score; finite, so that a chunk without a visible key changes nothing, bit for bit. */
    private static final double LOWEST = -3.0e38;

    /** The most and the fewest keys per turn of the loop that the op is opened up into. */
    private static final int MOST_KEYS = 64;

    private static final int FEWEST_KEYS = 8;

    /**
     * The operands.
     *
     * @param q floating, {@code [rows, heads, keyWidth]}
     * @param keys the pool, {@code [blocks, kvHeads, blockSize, keyWidth]}
     * @param values the pool, {@code [blocks, kvHeads, blockSize, valueWidth]}
     * @param table I32 {@code [sequences, entries]}: the blocks of each sequence, negative for none
     * @param bases I32 {@code [sequences]}: the position of the first key in the table
     * @param lengths I32 {@code [sequences]}: the position after the last key
     * @param sequence I32 {@code [rows]}: which sequence the row belongs to, negative for padding; rows of one lie together
     * @param positions I32 {@code [rows]}: the row's position in its sequence
     * @param <T> what stands for an operand
     */
    public record In<T>(T q, T keys, T values, T table, T bases, T lengths, T sequence, T positions)
            implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(
                    as.in("q", q),
                    as.in("keys", keys),
                    as.in("values", values),
                    as.in("table", table),
                    as.in("bases", bases),
                    as.in("lengths", lengths),
                    as.in("sequence", sequence),
                    as.in("positions", positions));
        }
    }

    @Override
    public Set<Feature> features() {
        return sees.features();
    }

    /** The output is {@code [rows, heads, valueWidth]}, of the type of {@code q}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape q = in.q().shape();
        ShapeMismatch.unless(
                q.rank() == 3 && in.q().type().floating(), this, "q", "floating [rows, heads, keyWidth]", in.q());
        Shape pool = in.keys().shape();
        ShapeMismatch.unless(
                pool.rank() == 4 && pool.width() == q.width(),
                this,
                "keys",
                "[blocks, kvHeads, blockSize, " + q.width() + "] for q " + q,
                in.keys());
        ShapeMismatch.unless(
                q.size(1) % pool.size(1) == 0,
                this,
                "keys",
                "of heads that divide the " + q.size(1) + " of q",
                in.keys());
        Shape values = in.values().shape();
        ShapeMismatch.unless(
                values.rank() == 4
                        && values.dims().subList(0, 3).equals(pool.dims().subList(0, 3)),
                this,
                "values",
                "of the blocks of keys " + pool,
                in.values());
        integers("table", in.table(), 2, in.table().shape().dim(0));
        integers("bases", in.bases(), 1, in.table().shape().dim(0));
        integers("lengths", in.lengths(), 1, in.table().shape().dim(0));
        integers("sequence", in.sequence(), 1, q.dim(0));
        integers("positions", in.positions(), 1, q.dim(0));
        return List.of(TensorSpec.dense(in.q().type(), q.withWidth(values.width())));
    }

    private void integers(String operand, Tensor tensor, int rank, Dim first) {
        ShapeMismatch.unless(
                tensor.type().equals(DType.I32)
                        && tensor.shape().rank() == rank
                        && tensor.shape().dim(0).equals(first),
                this,
                operand,
                "I32 of rank " + rank + " with " + first + " entries",
                tensor);
    }

    /** An online softmax (Milakov and Gimelshein 2018) over chunks of keys. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Shape pool = in.keys().shape();
        int kvHeads = Math.toIntExact(pool.size(1));
        int blockSize = Math.toIntExact(pool.size(2));
        Dim rows = in.q().shape().dim(0);
        long heads = in.q().shape().size(1);
        int chunk = chunk(ops, rows.size(ops.bounds()) * heads, blockSize);
        int chunks = blockSize / chunk; // in a block
        long group = heads / kvHeads;
        long valueWidth = in.values().width();
        Shape perGroup = Shape.of(rows, kvHeads, group, in.q().width());
        Tensor q = ops.multiply(ops.dense(ops.convert(in.q(), DType.F32)).reshape(perGroup), scale);
        Tensor keys = in.keys().reshape(Shape.of(pool.size(0) * kvHeads * chunks, chunk, pool.width()));
        Tensor values = in.values().reshape(Shape.of(pool.size(0) * kvHeads * chunks, chunk, valueWidth));
        Tensor zero = ops.constant(Shape.of(1), 0);
        Tensor none = ops.constant(Shape.of(1), -1);
        Shape perRow = Shape.of(rows, 1);
        Tensor sequence = in.sequence();
        Tensor absent = ops.binary(Binary.LESS, sequence, zero).reshape(perRow);
        Tensor bases = ops.gather(column(in.bases()), sequence); // [rows, 1]
        Tensor lengths = ops.gather(column(in.lengths()), sequence);
        Tensor positions = in.positions().reshape(perRow);
        int entries = Math.toIntExact(in.table().width());
        Tensor table = in.table().reshape(Shape.of(in.table().shape().dim(0).times(entries), 1));
        Tensor firstEntry = ops.multiply(sequence, entries); // [rows]
        Tensor kvHead = ops.iota(Dim.of(kvHeads)); // [kvHeads]
        Tensor place = ops.iota(Dim.of(chunk)); // [chunk]

        Tensor largest = ops.variable(ops.fill(LOWEST, DType.F32, Shape.of(rows, kvHeads, group, 1)));
        Tensor total = ops.variable(ops.fill(0, DType.F32, Shape.of(rows, kvHeads, group, 1)));
        Tensor sum = ops.variable(ops.fill(0, DType.F32, Shape.of(rows, kvHeads, group, valueWidth)));
        ops.loop(new Ops.Turns(this.keys.dim(), chunk), turn -> {
            Tensor entry = ops.add(firstEntry, ops.divide(turn, chunks)); // [rows]
            Tensor inside = ops.binary(Binary.LESS, ops.divide(turn, chunks), ops.constant(Shape.of(1), entries));
            Tensor found = ops.select(inside, entry, none);
            Tensor valid = ops.select(ops.binary(Binary.LESS, sequence, zero), none, found);
            Tensor block = ops.gather(table, valid); // [rows, 1]
            Tensor missing = ops.select(
                    absent, ops.constant(Shape.of(1), 1), ops.binary(Binary.LESS, valid.reshape(perRow), zero));
            Tensor part = ops.binary(Binary.MODULO, turn, ops.constant(Shape.of(1), chunks));
            Tensor matrix = ops.add(ops.multiply(ops.add(ops.multiply(block, kvHeads), kvHead), chunks), part);
            Tensor empty = ops.select(missing, ops.constant(Shape.of(1), 1), ops.binary(Binary.LESS, block, zero));
            Tensor index = ops.select(empty, none, matrix); // [rows, kvHeads]

            Tensor key = ops.add(ops.add(bases, ops.multiply(turn, chunk)), place); // [rows, chunk]
            Tensor within = ops.binary(Binary.LESS, key, lengths);
            Tensor seen = ops.select(within, sees.lower(ops, positions, key), zero);
            Tensor visible = ops.select(empty, zero, seen).reshape(Shape.of(rows, 1, 1, chunk));

            Tensor scores = ops.one(new MatMul(true), new MatMul.In<>(q, keys, Optional.of(index)));
            Tensor masked = ops.select(visible, scores, ops.constant(Shape.of(1), (float) LOWEST));
            Tensor highest = ops.binary(Binary.MAX, largest, ops.max(masked));
            Tensor weights = ops.select(
                    visible,
                    ops.unary(Unary.EXP, ops.subtract(scores, highest)),
                    ops.constant(Shape.of(1), 0f)); // [rows, kvHeads, group, chunk]
            Tensor decay = ops.unary(Unary.EXP, ops.subtract(largest, highest));
            Tensor weighted = ops.one(new MatMul(false), new MatMul.In<>(weights, values, Optional.of(index)));
            ops.into(total).add(ops.multiply(total, decay), ops.sum(weights));
            ops.into(sum).add(ops.multiply(sum, decay), weighted);
            ops.into(largest).unary(Unary.COPY, highest);
        });
        Tensor nothing = ops.binary(Binary.EQUAL, total, ops.constant(Shape.of(1), 0f));
        Tensor mean = ops.select(nothing, ops.constant(Shape.of(1), 0f), ops.divide(sum, total));
        Tensor target = out.getFirst().reshape(Shape.of(rows, kvHeads, group, valueWidth));
        if (target.type().equals(DType.F32)) {
            ops.into(target).unary(Unary.COPY, mean);
        } else {
            ops.into(target).convert(mean, target.type());
        }
    }

    /** Keys per turn: as many as a block can be cut into whose scores, F32 for each row and head, stay under the cap. */
    private static int chunk(Ops ops, long scores, int blockSize) {
        int chunk = MOST_KEYS;
        while (chunk > FEWEST_KEYS && (blockSize % chunk != 0 || 4 * scores * chunk > ops.temporaryBytes())) {
            chunk /= 2;
        }
        return blockSize % chunk == 0 ? chunk : blockSize;
    }

    private static Tensor column(Tensor vector) {
        return vector.reshape(Shape.of(vector.shape().dim(0), 1));
    }
}
