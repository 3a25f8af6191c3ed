package org.tenon.layers.token;

import java.util.Optional;
import org.tenon.api.layer.LayerSpec;

/**
 * A table with a row for each id of the vocabulary: {@code multiplier * weight[id]}. {@code weight} {@code [vocabulary, hidden]} is a parameter,
 * or another stack's.
 *
 * @param multiplier multiplies the rows, 1 as a rule; rounded to the activations' type, as Gemma's reference does
 * @param tiedTo the path of the parameter that it shares, {@code encoder.embedding.weight}; nothing for one of its own
 */
public record Embedding(double multiplier, Optional<String> tiedTo) implements LayerSpec {
    /** Rows as they are. */
    public Embedding() {
        this(1);
    }

    /**
     * A table of its own.
     *
     * @param multiplier multiplies the rows
     */
    public Embedding(double multiplier) {
        this(multiplier, Optional.empty());
    }

    /**
     * Another stack's table.
     *
     * @param path the path of the parameter that it shares
     * @return the embedding
     */
    public static Embedding tiedTo(String path) {
        return new Embedding(1, Optional.of(path));
    }
}
