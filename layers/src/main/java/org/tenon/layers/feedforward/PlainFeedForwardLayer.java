package org.tenon.layers.feedforward;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Tensor;

/**
 * Vaswani et al. 2017: {@code down(f(up(x)))}.
 *
 * @param up widens the rows
 * @param down gives the output
 * @param activation the function {@code f}
 */
record PlainFeedForwardLayer(Projection up, Projection down, Activation activation) implements Layer {
    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        Tensor inner = ops.one(new Activate(activation), new Activate.In<>(up.apply(ops, x))); // [rows, width]
        return down.apply(ops, inner, step.numerics().residual());
    }
}
