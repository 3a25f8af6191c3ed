package org.tenon.layers.token;

import java.util.Optional;
import org.tenon.api.layer.LayerSpec;

/**
 * Learned absolute positions (Radford et al. 2019): {@code norm(weight[id] + positions[position] + types[type])}. Parameters {@code weight}
 * {@code [vocabulary, hidden]}, {@code positions} {@code [context, hidden]}, and {@code types} {@code [types, hidden]} where tokens have types; no
 * sequence can be longer than the context.
 *
 * @param types how many types of tokens there are (Devlin et al. 2019); 0 for none
 * @param norm the norm of the sum, {@code norm}; nothing for none
 */
public record PositionedEmbedding(int types, Optional<LayerSpec> norm) implements LayerSpec {
    /** Without types of tokens, and without a norm. */
    public PositionedEmbedding() {
        this(0, Optional.empty());
    }

    /**
     * Adds a row for the type of each token, such as which of two texts it belongs to.
     *
     * @param count how many types there are
     * @return the changed embedding
     */
    public PositionedEmbedding types(int count) {
        return new PositionedEmbedding(count, norm);
    }

    /**
     * Puts a norm on the sum.
     *
     * @param layer the norm
     * @return the changed embedding
     */
    public PositionedEmbedding norm(LayerSpec layer) {
        return new PositionedEmbedding(types, Optional.of(layer));
    }
}
