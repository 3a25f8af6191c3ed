package org.tenon.layers.norm;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;

/** Provides {@link NoNorm}. */
public final class NoNormProvider implements LayerProvider<NoNorm> {
    private static final SpecType<NoNorm> TYPE = new SpecType<>(
            "tenon/no-norm", NoNorm.class, (spec, parts) -> Config.object(), (tree, parts) -> new NoNorm());

    /** Made by {@link java.util.ServiceLoader}. */
    public NoNormProvider() {}

    @Override
    public SpecType<NoNorm> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(NoNorm spec, Dims dims) {
        return new Declaration();
    }

    /** x: [rows, hidden] -> the same, in the activations' type. */
    @Override
    public Layer build(NoNorm spec, LayerContext context) {
        return (x, step) -> step.ops().convert(x, step.numerics().activations());
    }
}
