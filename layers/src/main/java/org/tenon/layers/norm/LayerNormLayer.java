package org.tenon.layers.norm;

import java.util.Optional;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.tensor.Tensor;

/**
 * Ba et al. 2016: {@code (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias}.
 *
 * @param weight {@code [hidden]}
 * @param bias {@code [hidden]}
 * @param epsilon added to the variance
 */
record LayerNormLayer(Tensor weight, Optional<Tensor> bias, double epsilon) implements Layer {
    /** x: [rows, hidden] -> [rows, hidden], in the activations' type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        return step.ops().layerNorm(x, weight, bias, epsilon);
    }
}
