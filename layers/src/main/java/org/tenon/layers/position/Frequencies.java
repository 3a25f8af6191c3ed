package org.tenon.layers.position;

import java.util.List;

/**
 * How fast each pair of columns turns, in radians for each position. A row's variant is chosen by the length {@code n} that its sequence
 * has after the step: variant 0 up to {@code after}, then one variant more for each position, and the last one for all beyond. Immutable.
 */
public final class Frequencies {
    private final List<float[]> variants;
    private final int after;
    private final double attentionFactor;

    private Frequencies(List<float[]> variants, int after, double attentionFactor) {
        this.variants = variants.stream().map(float[]::clone).toList();
        this.after = after;
        this.attentionFactor = attentionFactor;
    }

    /**
     * The same frequencies at any length.
     *
     * @param frequencies radians a position, one for each pair
     * @param attentionFactor multiplies cosines and sines
     * @return the frequencies
     */
    public static Frequencies always(float[] frequencies, double attentionFactor) {
        return new Frequencies(List.of(frequencies), 0, attentionFactor);
    }

    /**
     * Frequencies that depend on the sequence's length.
     *
     * @param variants radians a position, one for each pair, in each variant
     * @param after the longest length of variant 0
     * @param attentionFactor multiplies cosines and sines
     * @return the frequencies
     */
    public static Frequencies byLength(List<float[]> variants, int after, double attentionFactor) {
        return new Frequencies(variants, after, attentionFactor);
    }

    /** {@return how many variants there are} */
    public int variants() {
        return variants.size();
    }

    /** {@return how many pairs turn} */
    public int pairs() {
        return variants.getFirst().length;
    }

    /** {@return the longest length of variant 0} */
    public int after() {
        return after;
    }

    /** {@return what cosines and sines are multiplied by} */
    public double attentionFactor() {
        return attentionFactor;
    }

    /**
     * The frequencies of a variant.
     *
     * @param variant its number
     * @return radians a position, one for each pair
     */
    public float[] variant(int variant) {
        return variants.get(variant).clone();
    }

    /** {@return all variants one after another, {@code [variants, pairs]}} */
    float[] table() {
        float[] table = new float[variants.size() * pairs()];
        for (int i = 0; i < variants.size(); i++) {
            System.arraycopy(variants.get(i), 0, table, i * pairs(), pairs());
        }
        return table;
    }
}
