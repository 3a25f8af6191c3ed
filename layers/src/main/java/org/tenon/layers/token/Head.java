package org.tenon.layers.token;

import java.util.Optional;
import java.util.OptionalDouble;
import org.tenon.api.layer.LayerSpec;

/**
 * The head of a language model: {@code logits = x W^T}, in F32. {@code W} {@code [vocabulary, hidden]} is a parameter {@code weight} of its
 * own, or the embedding's (Press and Wolf 2017).
 *
 * @param tiedTo the path of the parameter that it shares, {@code embedding.weight}; nothing for one of its own
 * @param softCap what logits are capped at, {@code cap * tanh(logits / cap)} (Bello et al. 2017; Gemma 2); nothing for none
 */
public record Head(Optional<String> tiedTo, OptionalDouble softCap) implements LayerSpec {
    /**
     * A head without a cap.
     *
     * @param tiedTo the path of the parameter that it shares; nothing for one of its own
     */
    public Head(Optional<String> tiedTo) {
        this(tiedTo, OptionalDouble.empty());
    }

    /** {@return a head with a matrix of its own} */
    public static Head untied() {
        return new Head(Optional.empty());
    }

    /** {@return a head that shares the embedding's matrix, in a model of one stack} */
    public static Head tied() {
        return new Head(Optional.of("embedding.weight"));
    }

    /**
     * Caps the logits.
     *
     * @param cap more than all of their magnitudes become
     * @return the changed head
     */
    public Head softCap(double cap) {
        return new Head(tiedTo, OptionalDouble.of(cap));
    }
}
