package org.tenon.layers.token;

import java.util.Map;
import java.util.Optional;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * {@code logits = x W^T}.
 *
 * @param weight {@code [vocabulary, hidden]}
 */
record HeadLayer(Tensor weight) implements Layer {
    /** x: [outputs, hidden] -> F32 [outputs, vocabulary]. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        return new Projection(Map.of("logits", weight), Optional.empty()).apply(step.ops(), x, DType.F32);
    }
}
