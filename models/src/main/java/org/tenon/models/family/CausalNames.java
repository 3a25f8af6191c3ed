package org.tenon.models.family;

import org.tenon.api.model.ParameterNames;

/** How Transformers names the tensors of a causal model: those of its body after a prefix, and its head by itself. */
final class CausalNames {
    private CausalNames() {}

    /**
     * The names of a model. A body that was saved by itself has no prefix; a head that is tied to the embedding may stand in the file all the same.
     *
     * @param body the names in the body, without the prefix
     * @param prefix what the whole model calls its body, {@code model.}
     * @param tied whether the head shares the embedding's matrix
     */
    static ParameterNames of(ParameterNames body, String prefix, boolean tied) {
        ParameterNames all = body.prefixed(prefix);
        return tied ? all.ignore("lm_head\\.weight") : all.map("lm_head.weight", "head.weight");
    }
}
