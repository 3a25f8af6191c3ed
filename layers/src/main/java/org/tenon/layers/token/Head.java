package org.tenon.layers.token;

import java.util.Optional;
import java.util.OptionalDouble;
import org.tenon.api.layer.LayerSpec;

/**
 * The head of a language model: {@code logits = multiplier * x W^T}, in F32. {@code W} {@code [vocabulary, hidden]} is a parameter {@code weight} of its
 * own, or the embedding's (Press and Wolf 2017).
 *
 * @param tiedTo the path of the parameter that it shares, {@code embedding.weight}; nothing for one of its own
 * @param softCap what logits are capped at, {@code cap * tanh(logits / cap)} (Bello et al. 2017; Gemma 2); nothing for none
 * @param multiplier multiplies the logits before that, 1 as a rule
 */
public record Head(Optional<String> tiedTo, OptionalDouble softCap, double multiplier) implements LayerSpec {
    /**
     * A head whose logits stay as they are.
     *
     * @param tiedTo the path of the parameter that it shares; nothing for one of its own
     */
    public Head(Optional<String> tiedTo) {
        this(tiedTo, OptionalDouble.empty(), 1);
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
        return new Head(tiedTo, OptionalDouble.of(cap), multiplier);
    }

    /**
     * A head that shares a parameter.
     *
     * @param path the path of the parameter
     * @return the head
     */
    public static Head tiedTo(String path) {
        return new Head(Optional.of(path));
    }

    /**
     * Sets what logits are multiplied by.
     *
     * @param factor the factor
     * @return the changed head
     */
    public Head multiplier(double factor) {
        return new Head(tiedTo, softCap, factor);
    }
}
