package org.tenon.layers.norm;

import org.tenon.api.layer.LayerSpec;

/**
 * RMS normalisation (Zhang and Sennrich 2019): {@code x / sqrt(mean(x^2) + epsilon) * weight} over a row. Parameter {@code weight}
 * {@code [hidden]}.
 *
 * @param epsilon added to the mean square
 */
public record RmsNorm(double epsilon) implements LayerSpec {}
