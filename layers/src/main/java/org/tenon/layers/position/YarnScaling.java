package org.tenon.layers.position;

import org.tenon.api.layer.InvalidLayer;

/**
 * YaRN (Peng et al. 2023), as Transformers' {@code yarn}: pairs that turn often within the original context keep their frequency, those
 * that turn seldom are interpolated, {@code f_i / factor}, and those between are blended. Cosines and sines are multiplied by
 * {@code attentionFactor}. The same at any length.
 *
 * @param factor how many times longer sequences become
 * @param original the longest sequence that the model was trained on
 * @param betaFast pairs that turn more often than this within the original context keep their frequency
 * @param betaSlow pairs that turn less often than this are interpolated
 * @param truncate whether the ends of the blend are rounded outwards to whole pairs
 * @param attentionFactor multiplies cosines and sines, so scores by its square
 */
public record YarnScaling(
        double factor, int original, double betaFast, double betaSlow, boolean truncate, double attentionFactor)
        implements Scaling {
    /**
     * The method as it was published: beta 32 and 1, ends rounded, attention factor {@code 0.1 ln(factor) + 1}.
     *
     * @param factor how many times longer sequences become
     * @param original the longest sequence that the model was trained on
     */
    public YarnScaling(double factor, int original) {
        this(factor, original, 32, 1, true, attentionFactor(factor, 1));
    }

    /**
     * The attention factor {@code 0.1 * scale * ln(factor) + 1}; 1 where nothing is stretched.
     *
     * @param factor how many times longer sequences become
     * @param scale 1 as published
     * @return the attention factor
     */
    public static double attentionFactor(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    @Override
    public void check(InvalidLayer.Check check, RopeBase base) {
        check.that(factor > 0 && Double.isFinite(factor), "rope.scaling.factor", factor + " is not a positive number")
                .that(original >= 1, "rope.scaling.original", original + " is less than 1")
                .that(betaSlow > 0, "rope.scaling.betaSlow", betaSlow + " is not a positive number")
                .that(
                        betaFast >= betaSlow && Double.isFinite(betaFast),
                        "rope.scaling.betaFast",
                        betaFast + " is less than betaSlow " + betaSlow + ", or no number")
                .that(
                        attentionFactor > 0 && Double.isFinite(attentionFactor),
                        "rope.scaling.attentionFactor",
                        attentionFactor + " is not a positive number")
                .that(base.theta() > 1, "rope.theta", base.theta() + " is not more than 1, as yarn needs");
    }

    @Override
    public Frequencies frequencies(RopeBase base) {
        double low = pair(betaFast, base);
        double high = pair(betaSlow, base);
        if (truncate) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, base.width() - 1);
        high = low == high ? high + 0.001 : high; // keeps the blend finite
        float[] periods = base.periods();
        float[] frequencies = new float[base.pairs()];
        for (int i = 0; i < frequencies.length; i++) {
            float ramp = Math.clamp((i - (float) low) / (float) (high - low), 0f, 1f);
            float kept = 1 - ramp;
            frequencies[i] = 1 / ((float) factor * periods[i]) * (1 - kept) + 1 / periods[i] * kept;
        }
        return Frequencies.always(frequencies, attentionFactor);
    }

    /** The pair, with a fraction, that turns so many times within the original context. */
    private double pair(double turns, RopeBase base) {
        return base.width() * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(base.theta()));
    }
}
