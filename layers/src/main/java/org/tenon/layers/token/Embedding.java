package org.tenon.layers.token;

import org.tenon.api.layer.LayerSpec;

/**
 * A table with a row for each id of the vocabulary: {@code multiplier * weight[id]}. Parameter {@code weight} {@code [vocabulary, hidden]}.
 *
 * @param multiplier multiplies the rows, 1 as a rule; rounded to the activations' type, as Gemma's reference does
 */
public record Embedding(double multiplier) implements LayerSpec {
    /** Rows as they are. */
    public Embedding() {
        this(1);
    }
}
