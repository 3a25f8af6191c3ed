package org.tenon.layers.token;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/**
 * {@code multiplier * table[id]}.
 *
 * @param table {@code [vocabulary, hidden]}
 * @param multiplier multiplies the rows
 */
record EmbeddingLayer(Tensor table, double multiplier) implements Layer {
    /** ids: I32 [rows] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor ids, Step step) {
        Ops ops = step.ops();
        DType residual = step.numerics().residual();
        if (multiplier == 1) {
            return ops.one(new Embedding(residual), new Embedding.In<>(table, ids));
        }
        Tensor rows = ops.one(new Embedding(DType.F32), new Embedding.In<>(table, ids));
        Tensor exact = ops.constant(Shape.of(1), (float) multiplier);
        Tensor factor = ops.convert(ops.convert(exact, step.numerics().activations()), DType.F32);
        return ops.convert(ops.multiply(rows, factor), residual);
    }
}
