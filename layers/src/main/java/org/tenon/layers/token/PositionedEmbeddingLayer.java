package org.tenon.layers.token;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Tensor;

/**
 * {@code table[id] + positions[position]}.
 *
 * @param table {@code [vocabulary, hidden]}
 * @param positions {@code [context, hidden]}
 */
record PositionedEmbeddingLayer(Tensor table, Tensor positions) implements Layer {
    /** ids: I32 [rows] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor ids, Step step) {
        Ops ops = step.ops();
        Embedding picked = new Embedding(step.numerics().residual());
        return ops.add(
                ops.one(picked, new Embedding.In<>(table, ids)),
                ops.one(picked, new Embedding.In<>(positions, step.positions())));
    }
}
