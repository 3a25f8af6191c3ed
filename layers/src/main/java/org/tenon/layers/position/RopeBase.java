package org.tenon.layers.position;

/**
 * The pairs of columns that turn, before any scaling.
 *
 * @param theta the base of the frequencies
 * @param width the columns that turn, an even number
 * @param context the longest sequence that the model is made for
 */
public record RopeBase(double theta, int width, int context) {
    /** {@return how many pairs turn} */
    public int pairs() {
        return width / 2;
    }

    /** {@return the wavelengths over 2 pi, {@code theta^(2i / width)}, in float as PyTorch computes them} */
    public float[] periods() {
        return periods((float) theta);
    }

    /** Wavelengths over 2 pi with another base. */
    float[] periods(float base) {
        float[] periods = new float[pairs()];
        for (int i = 0; i < periods.length; i++) {
            float exponent = 2f * i / width;
            periods[i] = (float) Math.pow(base, exponent);
        }
        return periods;
    }

    /** {@return the frequencies {@code theta^(-2i / width)}} */
    public float[] frequencies() {
        return inverse(periods());
    }

    /** One over each. */
    static float[] inverse(float[] periods) {
        float[] frequencies = new float[periods.length];
        for (int i = 0; i < periods.length; i++) {
            frequencies[i] = 1 / periods[i];
        }
        return frequencies;
    }
}
