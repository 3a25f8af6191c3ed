package org.tenon.layers.norm;

import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;

/** Provides {@link LayerNorm}. */
public final class LayerNormProvider implements LayerProvider<LayerNorm> {
    private static final SpecType<LayerNorm> TYPE = new SpecType<>(
            "tenon/layer-norm",
            LayerNorm.class,
            (spec, parts) -> Config.object().with("epsilon", spec.epsilon()).with("bias", spec.bias()),
            (tree, parts) -> new LayerNorm(tree.decimal("epsilon"), tree.flag("bias")));

    /** Made by {@link java.util.ServiceLoader}. */
    public LayerNormProvider() {}

    @Override
    public SpecType<LayerNorm> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(LayerNorm spec, Dims dims) {
        InvalidLayer.check()
                .that(spec.epsilon() >= 0 && spec.epsilon() < 1, "epsilon", spec.epsilon() + " is not in [0, 1)")
                .done();
        Declaration declaration =
                new Declaration().parameter("weight", Shape.of(dims.hidden()), Initialiser.constant(1));
        return spec.bias()
                ? declaration.parameter("bias", Shape.of(dims.hidden()), Initialiser.constant(0))
                : declaration;
    }

    @Override
    public Layer build(LayerNorm spec, LayerContext context) {
        return new LayerNormLayer(
                context.parameter("weight"),
                spec.bias() ? Optional.of(context.parameter("bias")) : Optional.empty(),
                spec.epsilon());
    }
}
