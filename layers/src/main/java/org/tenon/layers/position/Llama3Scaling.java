package org.tenon.layers.position;

import org.tenon.api.layer.InvalidLayer;

/**
 * The scaling of Llama 3.1 (Grattafiori et al. 2024), as Transformers' {@code llama3}: wavelengths above {@code original / low} are
 * stretched by {@code factor}, those below {@code original / high} are kept, and those between are blended. The same at any length.
 *
 * @param factor how many times longer sequences become
 * @param low waves that fit less often than this into the original context are stretched
 * @param high waves that fit more often than this into it are kept
 * @param original the longest sequence that the model was trained on
 */
public record Llama3Scaling(double factor, double low, double high, int original) implements Scaling {
    @Override
    public void check(InvalidLayer.Check check, RopeBase base) {
        check.that(factor > 0 && Double.isFinite(factor), "rope.scaling.factor", factor + " is not a positive number")
                .that(low > 0, "rope.scaling.low", low + " is not a positive number")
                .that(
                        high > low && Double.isFinite(high),
                        "rope.scaling.high",
                        high + " is not more than low " + low + ", or no number")
                .that(original >= 1, "rope.scaling.original", original + " is less than 1");
    }

    @Override
    public Frequencies frequencies(RopeBase base) {
        float longest = (float) (original / low);
        float shortest = (float) (original / high);
        float[] frequencies = base.frequencies();
        for (int i = 0; i < frequencies.length; i++) {
            float frequency = frequencies[i];
            float wave = 1 / frequency * (float) (2 * Math.PI); // PyTorch divides a number by a tensor so
            if (wave > longest) {
                frequencies[i] = frequency / (float) factor;
            } else if (wave >= shortest) {
                float kept = (1 / wave * original - (float) low) / (float) (high - low);
                frequencies[i] = (1 - kept) * frequency / (float) factor + kept * frequency;
            }
        }
        return Frequencies.always(frequencies, 1);
    }
}
