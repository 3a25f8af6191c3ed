package org.tenon.layers.feedforward;

import java.util.Optional;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * {@code f(x W^T + b)}.
 *
 * @param projection the matrix and the bias
 * @param activation the function {@code f}
 */
record DenseLayer(Projection projection, Optional<Activation> activation) implements Layer {
    /** x: [rows, hidden] -> F32 [rows, width]. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        Tensor y = projection.apply(ops, ops.convert(x, ops.activations()), DType.F32);
        return activation.isPresent() ? ops.one(new Activate(activation.get()), new Activate.In<>(y)) : y;
    }
}
