package org.tenon.layers.attention;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.tenon.api.layer.LayerSpec;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.position.Rope;

/**
 * Attention of a sequence to itself (Vaswani et al. 2017), causal or bidirectional, with a head of keys and values for each query head, for a group of them
 * (Ainslie et al. 2023), or for all (Shazeer 2019).
 *
 * <p>Parameters: {@code qkv.q.weight} {@code [heads * headDim, hidden]}, {@code qkv.k.weight} and {@code qkv.v.weight}
 * {@code [kvHeads * headDim, hidden]}, {@code out.weight} {@code [hidden, heads * headDim]}, their biases, and {@code qNorm.weight} and
 * {@code kNorm.weight} {@code [headDim]} where heads are normalised, and {@code relativeBias.weight} {@code [buckets, heads]} where the layer has the
 * numbers of a bias. Memory: {@code keys}, unless it is bidirectional.
 *
 * @param heads heads of queries
 * @param kvHeads heads of keys and values, a divisor of {@code heads}
 * @param headDim columns of a head; {@code hidden / heads} where nothing is said
 * @param qkvBias whether queries, keys and values have biases
 * @param outBias whether the output has a bias
 * @param headNorm epsilon of an RMS norm over each head of queries and keys, before positions (as Qwen3); nothing for none
 * @param window how many keys a query sees at the most, itself among them (Beltagy et al. 2020); nothing for all
 * @param rope rotary positions; nothing for none
 * @param scale multiplies the scores; {@code headDim^-1/2} where nothing is said
 * @param softCap what scores are capped at, {@code cap * tanh(scores / cap)} (Gemma 2); nothing for none
 * @param relativeBias what scores get by the distance of key and query; nothing for none
 * @param bidirectional whether a query sees the keys after it, too (Devlin et al. 2019): only in an encoder, which keeps no keys
 */
public record SelfAttention(
        int heads,
        int kvHeads,
        OptionalInt headDim,
        boolean qkvBias,
        boolean outBias,
        OptionalDouble headNorm,
        OptionalInt window,
        Optional<Rope> rope,
        OptionalDouble scale,
        OptionalDouble softCap,
        Optional<RelativeBias> relativeBias,
        boolean bidirectional)
        implements LayerSpec {
    /**
     * As many heads of keys and values as of queries, without positions, biases and norms.
     *
     * @param heads heads of queries
     * @return the attention
     */
    public static SelfAttention of(int heads) {
        return new SelfAttention(
                heads,
                heads,
                OptionalInt.empty(),
                false,
                false,
                OptionalDouble.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                false);
    }

    /**
     * Shares keys and values between query heads.
     *
     * @param count heads of keys and values
     * @return the changed attention
     */
    public SelfAttention kvHeads(int count) {
        return new SelfAttention(
                heads,
                count,
                headDim,
                qkvBias,
                outBias,
                headNorm,
                window,
                rope,
                scale,
                softCap,
                relativeBias,
                bidirectional);
    }

    /**
     * Sets the columns of a head.
     *
     * @param columns how many
     * @return the changed attention
     */
    public SelfAttention headDim(int columns) {
        return new SelfAttention(
                heads,
                kvHeads,
                OptionalInt.of(columns),
                qkvBias,
                outBias,
                headNorm,
                window,
                rope,
                scale,
                softCap,
                relativeBias,
                bidirectional);
    }

    /** {@return the same attention with biases for queries, keys, values and output} */
    public SelfAttention bias() {
        return biases(true, true);
    }

    /**
     * Chooses the biases.
     *
     * @param qkv whether queries, keys and values have them
     * @param out whether the output has one
     * @return the changed attention
     */
    public SelfAttention biases(boolean qkv, boolean out) {
        return new SelfAttention(
                heads, kvHeads, headDim, qkv, out, headNorm, window, rope, scale, softCap, relativeBias, bidirectional);
    }

    /**
     * Normalises each head of queries and keys, before positions.
     *
     * @param epsilon added to the mean square
     * @return the changed attention
     */
    public SelfAttention headNorm(double epsilon) {
        return new SelfAttention(
                heads,
                kvHeads,
                headDim,
                qkvBias,
                outBias,
                OptionalDouble.of(epsilon),
                window,
                rope,
                scale,
                softCap,
                relativeBias,
                bidirectional);
    }

    /**
     * Limits how far back queries see.
     *
     * @param keys how many keys, the query's own among them
     * @return the changed attention
     */
    public SelfAttention window(int keys) {
        return new SelfAttention(
                heads,
                kvHeads,
                headDim,
                qkvBias,
                outBias,
                headNorm,
                OptionalInt.of(keys),
                rope,
                scale,
                softCap,
                relativeBias,
                bidirectional);
    }

    /**
     * Adds plain rotary positions.
     *
     * @param theta the base of the frequencies
     * @return the changed attention
     */
    public SelfAttention rope(double theta) {
        return rope(Rope.of(theta));
    }

    /**
     * Adds rotary positions.
     *
     * @param positions how columns turn
     * @return the changed attention
     */
    public SelfAttention rope(Rope positions) {
        return new SelfAttention(
                heads,
                kvHeads,
                headDim,
                qkvBias,
                outBias,
                headNorm,
                window,
                Optional.of(positions),
                scale,
                softCap,
                relativeBias,
                bidirectional);
    }

    /**
     * Sets what scores are multiplied by.
     *
     * @param factor the factor
     * @return the changed attention
     */
    public SelfAttention scale(double factor) {
        return new SelfAttention(
                heads,
                kvHeads,
                headDim,
                qkvBias,
                outBias,
                headNorm,
                window,
                rope,
                OptionalDouble.of(factor),
                softCap,
                relativeBias,
                bidirectional);
    }

    /** {@return the same attention, whose queries see the whole sequence} */
    public SelfAttention bothWays() {
        return new SelfAttention(
                heads, kvHeads, headDim, qkvBias, outBias, headNorm, window, rope, scale, softCap, relativeBias, true);
    }

    /**
     * Caps the scores.
     *
     * @param cap more than all of their magnitudes become
     * @return the changed attention
     */
    public SelfAttention softCap(double cap) {
        return new SelfAttention(
                heads,
                kvHeads,
                headDim,
                qkvBias,
                outBias,
                headNorm,
                window,
                rope,
                scale,
                OptionalDouble.of(cap),
                relativeBias,
                bidirectional);
    }

    /**
     * Adds a bias to the scores, by the distance of key and query.
     *
     * @param bias the bias
     * @return the changed attention
     */
    public SelfAttention relativeBias(RelativeBias bias) {
        return new SelfAttention(
                heads,
                kvHeads,
                headDim,
                qkvBias,
                outBias,
                headNorm,
                window,
                rope,
                scale,
                softCap,
                Optional.of(bias),
                bidirectional);
    }

    /**
     * The columns of a head in a model.
     *
     * @param hidden the width of its rows
     * @return how many
     */
    public int headDimIn(int hidden) {
        return Heads.width(heads, headDim, hidden);
    }

    /**
     * The limit of sight in a model: nothing where the window is as long as the context.
     *
     * @param context the longest sequence
     * @return how many keys a query sees at the most
     */
    public OptionalInt windowIn(int context) {
        return window.isPresent() && window.getAsInt() < context ? window : OptionalInt.empty();
    }
}
