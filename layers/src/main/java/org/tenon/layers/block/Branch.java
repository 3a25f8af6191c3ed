package org.tenon.layers.block;

import java.util.Optional;
import org.tenon.api.layer.LayerSpec;

/**
 * A residual branch: {@code onSum(x + multiplier * after(body(before(x))))}. Its layers are called {@code <name>Norm}, {@code <name>},
 * {@code <name>PostNorm} and {@code <name>SumNorm}.
 *
 * @param name what it is called in its block
 * @param before the norm before the body; nothing for none
 * @param body what the branch computes
 * @param after the norm after the body; nothing for none
 * @param multiplier multiplies what is added, 1 as a rule
 * @param onSum the norm of the sum (post-norm, Vaswani et al. 2017); nothing for none
 */
public record Branch(
        String name,
        Optional<LayerSpec> before,
        LayerSpec body,
        Optional<LayerSpec> after,
        double multiplier,
        Optional<LayerSpec> onSum) {
    /**
     * A branch without norms.
     *
     * @param name what it is called in its block
     * @param body what it computes
     * @return the branch
     */
    public static Branch of(String name, LayerSpec body) {
        return new Branch(name, Optional.empty(), body, Optional.empty(), 1, Optional.empty());
    }

    /**
     * Sets what the branch computes.
     *
     * @param layer the new body
     * @return the changed branch
     */
    public Branch body(LayerSpec layer) {
        return new Branch(name, before, layer, after, multiplier, onSum);
    }

    /**
     * Puts a norm before the body.
     *
     * @param norm the norm
     * @return the changed branch
     */
    public Branch before(LayerSpec norm) {
        return new Branch(name, Optional.of(norm), body, after, multiplier, onSum);
    }

    /**
     * Puts a norm after the body.
     *
     * @param norm the norm
     * @return the changed branch
     */
    public Branch after(LayerSpec norm) {
        return new Branch(name, before, body, Optional.of(norm), multiplier, onSum);
    }

    /**
     * Sets what the branch is multiplied by.
     *
     * @param factor the factor
     * @return the changed branch
     */
    public Branch multiplier(double factor) {
        return new Branch(name, before, body, after, factor, onSum);
    }

    /**
     * Puts a norm around the whole, on the sum.
     *
     * @param norm the norm
     * @return the changed branch
     */
    public Branch onSum(LayerSpec norm) {
        return new Branch(name, before, body, after, multiplier, Optional.of(norm));
    }

    /** {@return whether the branch has no norm at all} */
    public boolean bare() {
        return before.isEmpty() && after.isEmpty() && onSum.isEmpty();
    }
}
