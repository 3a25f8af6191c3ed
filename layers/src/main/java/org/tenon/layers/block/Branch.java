package org.tenon.layers.block;

import java.util.Optional;
import org.tenon.api.layer.LayerSpec;

/**
 * A residual branch: {@code x + multiplier * after(body(before(x)))}. Its layers are called {@code <name>Norm}, {@code <name>} and
 * {@code <name>PostNorm}.
 *
 * @param name what it is called in its block
 * @param before the norm before the body; nothing for none
 * @param body what the branch computes
 * @param after the norm after the body; nothing for none
 * @param multiplier multiplies what is added, 1 as a rule
 */
public record Branch(
        String name, Optional<LayerSpec> before, LayerSpec body, Optional<LayerSpec> after, double multiplier) {
    /**
     * A branch without norms.
     *
     * @param name what it is called in its block
     * @param body what it computes
     * @return the branch
     */
    public static Branch of(String name, LayerSpec body) {
        return new Branch(name, Optional.empty(), body, Optional.empty(), 1);
    }

    /**
     * Puts a norm before the body.
     *
     * @param norm the norm
     * @return the changed branch
     */
    public Branch before(LayerSpec norm) {
        return new Branch(name, Optional.of(norm), body, after, multiplier);
    }

    /**
     * Puts a norm after the body.
     *
     * @param norm the norm
     * @return the changed branch
     */
    public Branch after(LayerSpec norm) {
        return new Branch(name, before, body, Optional.of(norm), multiplier);
    }

    /**
     * Sets what the branch is multiplied by.
     *
     * @param factor the factor
     * @return the changed branch
     */
    public Branch multiplier(double factor) {
        return new Branch(name, before, body, after, factor);
    }
}
