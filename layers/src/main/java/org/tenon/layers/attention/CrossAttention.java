package org.tenon.layers.attention;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.tenon.api.layer.LayerSpec;

/**
 * Attention of a decoder to what its encoder gives (Bahdanau et al. 2015; Vaswani et al. 2017): every row sees the whole source. Its keys and values
 * are computed in the step in which the encoder computes the source, and kept.
 *
 * <p>Parameters: {@code q.weight} {@code [heads * headDim, hidden]}, {@code kv.k.weight} and {@code kv.v.weight} of the same shape,
 * {@code out.weight} {@code [hidden, heads * headDim]}, and their biases. The encoder's rows are as wide as the decoder's. Memory: {@code keys}.
 *
 * @param source the encoder's stack
 * @param heads heads of queries, keys and values
 * @param headDim columns of a head; {@code hidden / heads} where nothing is said
 * @param bias whether all four products have biases
 * @param scale multiplies the scores; {@code headDim^-1/2} where nothing is said
 */
public record CrossAttention(String source, int heads, OptionalInt headDim, boolean bias, OptionalDouble scale)
        implements LayerSpec {
    /**
     * Without biases.
     *
     * @param source the encoder's stack
     * @param heads heads of queries, keys and values
     * @return the attention
     */
    public static CrossAttention of(String source, int heads) {
        return new CrossAttention(source, heads, OptionalInt.empty(), false, OptionalDouble.empty());
    }

    /**
     * Sets the columns of a head.
     *
     * @param columns how many
     * @return the changed attention
     */
    public CrossAttention headDim(int columns) {
        return new CrossAttention(source, heads, OptionalInt.of(columns), bias, scale);
    }

    /**
     * Chooses the biases.
     *
     * @param wanted whether the products have them
     * @return the changed attention
     */
    public CrossAttention bias(boolean wanted) {
        return new CrossAttention(source, heads, headDim, wanted, scale);
    }

    /**
     * Sets what scores are multiplied by.
     *
     * @param factor the factor
     * @return the changed attention
     */
    public CrossAttention scale(double factor) {
        return new CrossAttention(source, heads, headDim, bias, OptionalDouble.of(factor));
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
}
