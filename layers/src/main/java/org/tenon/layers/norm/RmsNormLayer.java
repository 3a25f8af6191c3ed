package org.tenon.layers.norm;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Tensor;

/**
 * Zhang and Sennrich 2019: {@code x / sqrt(mean(x^2) + epsilon) * weight}.
 *
 * @param weight {@code [hidden]}
 * @param epsilon added to the mean square
 * @param zeroCentred whether what is given is {@code weight - 1}
 */
record RmsNormLayer(Tensor weight, double epsilon, boolean zeroCentred) implements Layer {
    /** x: [rows, hidden] -> [rows, hidden], in the activations' type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        return ops.rmsNorm(x, zeroCentred ? ops.add(weight, 1) : weight, epsilon);
    }
}
