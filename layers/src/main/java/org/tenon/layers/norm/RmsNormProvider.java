package org.tenon.layers.norm;

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

/** Provides {@link RmsNorm}. */
public final class RmsNormProvider implements LayerProvider<RmsNorm> {
    private static final SpecType<RmsNorm> TYPE = new SpecType<>(
            "tenon/rms-norm",
            RmsNorm.class,
            (spec, parts) -> write(spec),
            (tree, parts) -> new RmsNorm(tree.decimal("epsilon"), tree.flag("zeroCentred", false)));

    /** Made by {@link java.util.ServiceLoader}. */
    public RmsNormProvider() {}

    @Override
    public SpecType<RmsNorm> type() {
        return TYPE;
    }

    private static Config write(RmsNorm spec) {
        Config tree = Config.object().with("epsilon", spec.epsilon());
        return spec.zeroCentred() ? tree.with("zeroCentred", true) : tree;
    }

    @Override
    public Declaration declare(RmsNorm spec, Dims dims) {
        InvalidLayer.check()
                .that(spec.epsilon() >= 0 && spec.epsilon() < 1, "epsilon", spec.epsilon() + " is not in [0, 1)")
                .done();
        return new Declaration()
                .parameter("weight", Shape.of(dims.hidden()), Initialiser.constant(spec.zeroCentred() ? 0 : 1));
    }

    @Override
    public Layer build(RmsNorm spec, LayerContext context) {
        return new RmsNormLayer(context.parameter("weight"), spec.epsilon(), spec.zeroCentred());
    }
}
