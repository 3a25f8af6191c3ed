package org.tenon.layers.norm;

import org.tenon.api.layer.LayerSpec;

/**
 * Layer normalisation (Ba et al. 2016): {@code (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias} over a row. Parameters {@code weight}
 * {@code [hidden]}, and {@code bias} {@code [hidden]} where it has one.
 *
 * @param epsilon added to the variance
 * @param bias whether there is a bias
 */
public record LayerNorm(double epsilon, boolean bias) implements LayerSpec {}
