package org.tenon.layers.token;

import org.tenon.api.layer.LayerSpec;

/** A table with a row for each id of the vocabulary. Parameter {@code weight} {@code [vocabulary, hidden]}. */
public record Embedding() implements LayerSpec {}
