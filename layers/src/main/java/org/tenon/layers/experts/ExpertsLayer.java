package org.tenon.layers.experts;

import java.util.List;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Route;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * Shazeer et al. 2017: {@code sum over the chosen e of weight[e] * expert[e](x)}.
 *
 * @param spec what the layer is
 * @param router gives a logit for each expert
 * @param gate {@code [experts, width, hidden]}
 * @param up {@code [experts, width, hidden]}
 * @param down {@code [experts, hidden, width]}
 */
record ExpertsLayer(Experts spec, Projection router, Tensor gate, Tensor up, Tensor down) implements Layer {
    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        Tensor logits = router.apply(ops, x, DType.F32); // [rows, experts]
        List<Tensor> choice = // ids and weights, [rows, topK] each
                ops.emit(new Route(spec.topK(), spec.renormalised()), new Route.In<>(logits, step.sequence()));
        step.routed(choice.getFirst(), spec.experts());
        return ops.one(
                new org.tenon.api.op.Experts(
                        spec.expert().activation(), step.numerics().residual()),
                new org.tenon.api.op.Experts.In<>(x, choice.getFirst(), choice.getLast(), gate, up, down));
    }
}
