package org.tenon.layers.token;

import java.util.Optional;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.layer.StepInput;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Tensor;

/**
 * {@code norm(table[id] + positions[position] + types[type])}.
 *
 * @param table {@code [vocabulary, hidden]}
 * @param positions {@code [context, hidden]}
 * @param types {@code [types, hidden]}
 * @param norm of the sum
 */
record PositionedEmbeddingLayer(Tensor table, Tensor positions, Optional<Tensor> types, Optional<Layer> norm)
        implements Layer {
    /** ids: I32 [rows] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor ids, Step step) {
        Ops ops = step.ops();
        Embedding picked = new Embedding(step.numerics().residual());
        Tensor sum = ops.add(
                ops.one(picked, new Embedding.In<>(table, ids)),
                ops.one(picked, new Embedding.In<>(positions, step.positions())));
        if (types.isPresent()) {
            Tensor each = step.input(StepInput.types(step.dims().axis()));
            sum = ops.add(sum, ops.one(picked, new Embedding.In<>(types.get(), each)));
        }
        return norm.isPresent()
                ? ops.convert(norm.get().forward(sum, step), step.numerics().residual())
                : sum;
    }
}
