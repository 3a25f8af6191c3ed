package org.tenon.layers.feedforward;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * Shazeer 2020: {@code down(f(gate(x)) * up(x))}.
 *
 * @param gateUp gives gate and up, side by side
 * @param down gives the output
 * @param activation the function {@code f}
 */
record GatedFeedForwardLayer(Projection gateUp, Projection down, Activation activation) implements Layer {
    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        Tensor both = gateUp.apply(ops, x, DType.F32); // [rows, 2 * width]; rounded once, when joined
        Tensor inner = ops.one(
                new Gated(activation, ops.activations()),
                new Gated.In<>(gateUp.segment(both, "gate"), gateUp.segment(both, "up")));
        return down.apply(ops, inner, step.numerics().residual());
    }
}
