package org.tenon.layers.position;

import java.util.List;
import java.util.OptionalInt;
import org.tenon.api.layer.InvalidLayer;

/**
 * LongRoPE (Ding et al. 2024), as Transformers' {@code longrope}: {@code 1 / (factor_i * theta^(2i / width))}, with one list of factors for
 * sequences of at most {@code original} tokens and another for longer ones. Cosines and sines are multiplied by
 * {@code attentionFactor} in both.
 *
 * <p>By the reference's definition all rows of a step turn by the length after it, and keys in the cache stay as they were written. So a
 * prompt in one step, in chunks, and token by token give different results once it is longer than {@code original}.
 *
 * @param shortFactors for sequences of at most {@code original} tokens, one for each pair
 * @param longFactors for longer sequences, one for each pair
 * @param original the longest sequence that the model was trained on
 * @param attentionFactor multiplies cosines and sines, so scores by its square
 */
public record LongRopeScaling(List<Double> shortFactors, List<Double> longFactors, int original, double attentionFactor)
        implements Scaling {
    /**
     * Copies the lists.
     *
     * @param shortFactors for sequences of at most {@code original} tokens
     * @param longFactors for longer sequences
     * @param original the longest sequence that the model was trained on
     * @param attentionFactor multiplies cosines and sines
     */
    public LongRopeScaling {
        shortFactors = List.copyOf(shortFactors);
        longFactors = List.copyOf(longFactors);
    }

    /**
     * The attention factor as published: {@code sqrt(1 + ln(factor) / ln(original))}; 1 where nothing is stretched.
     *
     * @param factor how many times longer sequences become
     * @param original the longest sequence that the model was trained on
     * @return the attention factor
     */
    public static double attentionFactor(double factor, int original) {
        return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    }

    @Override
    public void check(InvalidLayer.Check check, RopeBase base) {
        factors(check, "shortFactors", shortFactors, base);
        factors(check, "longFactors", longFactors, base);
        check.that(original >= 1, "rope.scaling.original", original + " is less than 1")
                .that(
                        attentionFactor > 0 && Double.isFinite(attentionFactor),
                        "rope.scaling.attentionFactor",
                        attentionFactor + " is not a positive number");
    }

    private static void factors(InvalidLayer.Check check, String part, List<Double> factors, RopeBase base) {
        check.that(
                        factors.size() == base.pairs(),
                        "rope.scaling." + part,
                        factors.size() + " factors do not fit the " + base.pairs() + " pairs of columns that turn")
                .that(
                        factors.stream().allMatch(factor -> factor > 0 && Double.isFinite(factor)),
                        "rope.scaling." + part,
                        "not all are positive numbers");
    }

    @Override
    public OptionalInt settledLength() {
        return OptionalInt.of(original);
    }

    @Override
    public Frequencies frequencies(RopeBase base) {
        return Frequencies.byLength(
                List.of(stretched(shortFactors, base), stretched(longFactors, base)), original, attentionFactor);
    }

    private static float[] stretched(List<Double> factors, RopeBase base) {
        float[] periods = base.periods();
        for (int i = 0; i < periods.length; i++) {
            periods[i] *= factors.get(i).floatValue();
        }
        return RopeBase.inverse(periods);
    }
}
