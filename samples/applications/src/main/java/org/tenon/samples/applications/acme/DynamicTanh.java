package org.tenon.samples.applications.acme;

import org.tenon.api.layer.LayerSpec;

/**
 * A layer in the place of a norm, found by its name {@code acme/dynamic-tanh}.
 *
 * @param alpha the slope at zero
 */
public record DynamicTanh(double alpha) implements LayerSpec {}
