package org.tenon.api.layer;

import org.tenon.api.tensor.Axis;

/**
 * What a layer's surroundings are.
 *
 * @param hidden the width of the rows that come in
 * @param vocabulary how many ids there are
 * @param context the longest sequence that the model is made for
 * @param axis the rows that the layer works on
 */
public record Dims(int hidden, int vocabulary, int context, Axis axis) {}
