package org.tenon.layers.norm;

import org.tenon.api.layer.LayerSpec;

/**
 * RMS normalisation (Zhang and Sennrich 2019): {@code x / sqrt(mean(x^2) + epsilon) * weight} over a row. Parameter {@code weight}
 * {@code [hidden]}.
 *
 * @param epsilon added to the mean square
 * @param zeroCentred whether the parameter is the distance of the weight from 1, as Gemma has it
 */
public record RmsNorm(double epsilon, boolean zeroCentred) implements LayerSpec {
    /**
     * A norm whose parameter is the weight itself.
     *
     * @param epsilon added to the mean square
     */
    public RmsNorm(double epsilon) {
        this(epsilon, false);
    }
}
