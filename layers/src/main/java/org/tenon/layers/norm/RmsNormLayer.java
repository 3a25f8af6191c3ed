package org.tenon.layers.norm;

import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.tensor.Tensor;

/**
 * Zhang and Sennrich 2019: {@code x / sqrt(mean(x^2) + epsilon) * weight}.
 *
 * @param weight {@code [hidden]}
 * @param epsilon added to the mean square
 */
record RmsNormLayer(Tensor weight, double epsilon) implements Layer {
    /** x: [rows, hidden] -> [rows, hidden], in the activations' type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        return step.ops().rmsNorm(x, weight, epsilon);
    }
}
