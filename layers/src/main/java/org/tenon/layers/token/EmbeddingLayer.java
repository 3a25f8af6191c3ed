package org.tenon.layers.token;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Embedding;
import org.tenon.api.tensor.Tensor;

/**
 * {@code table[id]}.
 *
 * @param table {@code [vocabulary, hidden]}
 */
record EmbeddingLayer(Tensor table) implements Layer {
    /** ids: I32 [rows] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor ids, Step step) {
        return step.ops().one(new Embedding(step.numerics().residual()), new Embedding.In<>(table, ids));
    }
}
