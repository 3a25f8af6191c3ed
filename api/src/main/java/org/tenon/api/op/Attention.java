package org.tenon.api.op;

import java.util.List;
import java.util.Set;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
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
        return List.of(KeyChunks.mixed(this, in, in.q().type()));
    }

    /** An online softmax (Milakov and Gimelshein 2018) over chunks of keys. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        KeyChunks chunks = KeyChunks.of(ops, in);
        Tensor q = chunks.queries(scale); // [rows, kvHeads, group, keyWidth]
        Tensor positions = chunks.positions();
        Tensor largest = ops.variable(ops.fill(LOWEST, DType.F32, chunks.shape(1)));
        Tensor total = ops.variable(ops.fill(0, DType.F32, chunks.shape(1)));
        Tensor sum =
                ops.variable(ops.fill(0, DType.F32, chunks.shape(in.values().width())));
        chunks.each(keys, chunk -> {
            Tensor visible = chunk.visible(sees.lower(ops, positions, chunk.positions())); // [rows, 1, 1, size]
            Tensor scores = chunk.scores(q);
            Tensor masked = ops.select(visible, scores, ops.constant(Shape.of(1), (float) LOWEST));
            Tensor highest = ops.binary(Binary.MAX, largest, ops.max(masked));
            Tensor weights = ops.select(
                    visible,
                    ops.unary(Unary.EXP, ops.subtract(scores, highest)),
                    ops.constant(Shape.of(1), 0f)); // [rows, kvHeads, group, size]
            Tensor decay = ops.unary(Unary.EXP, ops.subtract(largest, highest));
            ops.into(total).add(ops.multiply(total, decay), ops.sum(weights));
            ops.into(sum).add(ops.multiply(sum, decay), chunk.weighted(weights));
            ops.into(largest).unary(Unary.COPY, highest);
        });
        Tensor nothing = ops.binary(Binary.EQUAL, total, ops.constant(Shape.of(1), 0f));
        Tensor mean = ops.select(nothing, ops.constant(Shape.of(1), 0f), ops.divide(sum, total));
        Tensor target = out.getFirst().reshape(chunks.shape(in.values().width()));
        if (target.type().equals(DType.F32)) {
            ops.into(target).unary(Unary.COPY, mean);
        } else {
            ops.into(target).convert(mean, target.type());
        }
    }
}
