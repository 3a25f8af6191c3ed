package org.tenon.samples.applications.acme;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;
import org.tenon.api.layer.Step;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** Makes {@link DynamicTanh} layers. */
public final class DynamicTanhProvider implements LayerProvider<DynamicTanh> {
    /** Made by {@link java.util.ServiceLoader}. */
    public DynamicTanhProvider() {}

    @Override
    public SpecType<DynamicTanh> type() {
        return new SpecType<>(
                "acme/dynamic-tanh",
                DynamicTanh.class,
                (spec, parts) -> Config.object().with("alpha", spec.alpha()),
                (tree, parts) -> new DynamicTanh(tree.decimal("alpha")));
    }

    @Override
    public Declaration declare(DynamicTanh spec, Dims dims) {
        return new Declaration().parameter("weight", Shape.of(dims.hidden()), Initialiser.constant(1));
    }

    @Override
    public Layer build(DynamicTanh spec, LayerContext context) {
        return new Squashing(context.parameter("weight"), spec.alpha());
    }

    /** A layer, whole: what it needs is declared, what it does is one method. */
    private record Squashing(Tensor weight, double alpha) implements Layer {
        /** x: [rows, hidden] -> [rows, hidden]. */
        @Override
        public Tensor forward(Tensor x, Step step) {
            Tensor y = step.ops().one(new Squash(alpha), new Squash.In<>(x, weight));
            return step.ops().convert(y, step.numerics().activations());
        }
    }
}
