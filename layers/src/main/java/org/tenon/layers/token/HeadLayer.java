package org.tenon.layers.token;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * {@code logits = multiplier * x W^T}, perhaps {@code cap * tanh(logits / cap)}.
 *
 * @param weight {@code [vocabulary, hidden]}
 * @param softCap what logits are capped at
 * @param multiplier multiplies the logits before that
 */
record HeadLayer(Tensor weight, OptionalDouble softCap, double multiplier) implements Layer {
    /** x: [outputs, hidden] -> F32 [outputs, vocabulary]. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        Tensor products = new Projection(Map.of("logits", weight), Optional.empty()).apply(ops, x, DType.F32);
        Tensor logits = multiplier == 1 ? products : ops.multiply(products, multiplier);
        if (softCap.isEmpty()) {
            return logits;
        }
        double cap = softCap.getAsDouble();
        return ops.multiply(ops.unary(Unary.TANH, ops.divide(logits, cap)), cap);
    }
}
