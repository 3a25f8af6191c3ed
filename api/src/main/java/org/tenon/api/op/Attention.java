package org.tenon.api.op;

import java.util.HashSet;
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
 * <p>Scores can be capped, {@code cap * tanh(score / cap)} (Bello et al. 2017; Gemma 2), after the scale and before all else. Then a bias by
 * distance can be added (Shaw et al. 2018; Raffel et al. 2020): {@code bias[clamp(key - query, -D, D) + D, head]} of the positions of key and
 * query. Then what isn't seen is left out.
 *
 * <p>Entry {@code i} of a sequence's table holds the keys at positions {@code base + i * blockSize} and on; {@code length} is the
 * position after its last key.
 *
 * @param scale multiplies the scores, {@code 1 / sqrt(headDim)} as a rule
 * @param sees which keys a query sees
 * @param keys counts the longest reach in the step: no sequence has more than this many keys from its base on
 * @param softCap what scores are capped at; 0 for none
 * @param relativeBias whether there is a bias by distance, an operand
 */
public record Attention(double scale, Visibility sees, Extent keys, double softCap, boolean relativeBias)
        implements Op<Attention.In<Tensor>, Attention.In<Buffer>> {
    /** Scores are capped. */
    public static final Feature SOFT_CAP = new Feature("SOFT_CAP");

    /** A bias by distance is added to the scores. */
    public static final Feature RELATIVE_BIAS = new Feature("RELATIVE_BIAS");

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
     * @param bias F32 {@code [2 * D + 1, heads]}: what is added to scores by the distance of key and query; there if the op says so
     * @param <T> what stands for an operand
     */
    public record In<T>(T q, T keys, T values, T table, T bases, T lengths, T sequence, T positions, Optional<T> bias)
            implements Operands<T> {
        /**
         * The operands without a bias.
         *
         * @param q floating, {@code [rows, heads, keyWidth]}
         * @param keys the pool, {@code [blocks, kvHeads, blockSize, keyWidth]}
         * @param values the pool, {@code [blocks, kvHeads, blockSize, valueWidth]}
         * @param table I32 {@code [sequences, entries]}
         * @param bases I32 {@code [sequences]}
         * @param lengths I32 {@code [sequences]}
         * @param sequence I32 {@code [rows]}
         * @param positions I32 {@code [rows]}
         */
        public In(T q, T keys, T values, T table, T bases, T lengths, T sequence, T positions) {
            this(q, keys, values, table, bases, lengths, sequence, positions, Optional.empty());
        }

        /**
         * The same operands with a bias, or without.
         *
         * @param table F32 {@code [2 * D + 1, heads]}; nothing for none
         * @return the changed operands
         */
        public In<T> bias(Optional<T> table) {
            return new In<>(q, keys, values, this.table, bases, lengths, sequence, positions, table);
        }

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
                    as.in("positions", positions),
                    as.optional("bias", bias));
        }
    }

    /**
     * Checks the cap.
     *
     * @param scale multiplies the scores
     * @param sees which keys a query sees
     * @param keys counts the longest reach in the step
     * @param softCap what scores are capped at; 0 for none
     * @param relativeBias whether there is a bias by distance
     */
    public Attention {
        if (!(softCap == 0 || (softCap >= Float.MIN_NORMAL && softCap <= Float.MAX_VALUE))) {
            throw new IllegalArgumentException(
                    "a soft cap of attention is a positive number, or 0 for none, got " + softCap);
        }
    }

    /**
     * Attention without a cap or a bias.
     *
     * @param scale multiplies the scores
     * @param sees which keys a query sees
     * @param keys counts the longest reach in the step
     */
    public Attention(double scale, Visibility sees, Extent keys) {
        this(scale, sees, keys, 0, false);
    }

    /**
     * Caps the scores.
     *
     * @param cap more than all of their magnitudes become; 0 for none
     * @return the changed op
     */
    public Attention softCap(double cap) {
        return new Attention(scale, sees, keys, cap, relativeBias);
    }

    /**
     * Says whether there is a bias by distance.
     *
     * @param given whether the operand is there
     * @return the changed op
     */
    public Attention relativeBias(boolean given) {
        return new Attention(scale, sees, keys, softCap, given);
    }

    @Override
    public Set<Feature> features() {
        Set<Feature> features = new HashSet<>(sees.features());
        if (softCap > 0) {
            features.add(SOFT_CAP);
        }
        if (relativeBias) {
            features.add(RELATIVE_BIAS);
        }
        return features;
    }

    /** The output is {@code [rows, heads, valueWidth]}, of the type of {@code q}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        TensorSpec mixed =
                KeyChunks.mixed(this, in.bias(Optional.empty()), in.q().type());
        ShapeMismatch.unless(
                relativeBias == in.bias().isPresent(),
                this,
                "bias",
                relativeBias ? "given" : "left out",
                in.bias().<Object>map(bias -> bias).orElse("left out"));
        long heads = in.q().shape().size(1);
        in.bias()
                .ifPresent(bias -> ShapeMismatch.unless(
                        bias.type().equals(DType.F32)
                                && bias.shape().rank() == 2
                                && bias.shape().fixed()
                                && bias.shape().size(0) % 2 == 1
                                && bias.shape().width() == heads,
                        this,
                        "bias",
                        "F32 [an odd number of distances, " + heads + "]",
                        bias));
        return List.of(mixed);
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
            Tensor capped = softCap > 0 ? capped(ops, chunk.scores(q)) : chunk.scores(q);
            Tensor scores = in.bias()
                    .map(bias -> ops.add(capped, byDistance(ops, bias, chunks, chunk)))
                    .orElse(capped); // [rows, kvHeads, group, size]
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

    private Tensor capped(Ops ops, Tensor scores) {
        return ops.multiply(ops.unary(Unary.TANH, ops.divide(scores, softCap)), softCap);
    }

    /** The biases of a chunk's keys: single elements are gathered, for heads are columns of the table, but rows of the scores. */
    private static Tensor byDistance(Ops ops, Tensor bias, KeyChunks chunks, KeyChunks.Chunk chunk) {
        int farthest = Math.toIntExact(bias.shape().size(0) / 2);
        int heads = Math.toIntExact(bias.shape().width());
        Shape scores = chunks.shape(chunks.size()); // [rows, kvHeads, group, size]
        Tensor distance = ops.subtract(chunk.positions(), chunks.positions()); // [rows, size]
        Tensor near = ops.binary(
                Binary.MAX,
                ops.binary(Binary.MIN, distance, ops.constant(Shape.of(1), farthest)),
                ops.constant(Shape.of(1), -farthest));
        Tensor row = ops.multiply(ops.add(near, farthest), heads).reshape(Shape.of(scores.dim(0), 1, 1, chunks.size()));
        Tensor head = ops.iota(Dim.of(heads)).reshape(Shape.of(scores.dim(1), scores.size(2), 1));
        Tensor place =
                ops.add(row, head).reshape(new Shape(List.of(scores.dim(0).times((long) heads * chunks.size()))));
        Tensor elements = ops.dense(bias).reshape(Shape.of(bias.shape().elements(), 1));
        return ops.gather(elements, place).reshape(scores);
    }
}
