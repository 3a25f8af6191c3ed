package org.tenon.layers.token;

import org.tenon.api.layer.LayerSpec;

/**
 * Learned absolute positions (Radford et al. 2019): {@code weight[id] + positions[position]}. Parameters {@code weight}
 * {@code [vocabulary, hidden]} and {@code positions} {@code [context, hidden]}; no sequence can be longer than the context.
 */
public record PositionedEmbedding() implements LayerSpec {}
