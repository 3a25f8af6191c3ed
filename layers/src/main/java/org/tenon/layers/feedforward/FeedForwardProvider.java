package org.tenon.layers.feedforward;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Declaration.Segment;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;

/** Provides {@link FeedForward}. */
public final class FeedForwardProvider implements LayerProvider<FeedForward> {
    /** The most columns between the products. */
    static final int WIDEST = 1 << 24;

    private static final SpecType<FeedForward> TYPE = new SpecType<>(
            "tenon/feed-forward",
            FeedForward.class,
            (spec, parts) -> write(spec),
            (tree, parts) -> new FeedForward(
                    tree.positive("width"),
                    Activations.of(tree.child("activation")),
                    tree.flag("gated"),
                    tree.flag("bias", false)));

    /** Made by {@link java.util.ServiceLoader}. */
    public FeedForwardProvider() {}

    private static Config write(FeedForward spec) {
        Config tree = Config.object()
                .with("width", spec.width())
                .with("activation", Activations.name(spec.activation()))
                .with("gated", spec.gated());
        return spec.bias() ? tree.with("bias", true) : tree;
    }

    @Override
    public SpecType<FeedForward> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(FeedForward spec, Dims dims) {
        InvalidLayer.check()
                .that(
                        spec.width() >= 1 && spec.width() <= WIDEST,
                        "width",
                        spec.width() + " is not between 1 and " + WIDEST)
                .done();
        Initialiser initialiser = Initialiser.normal(0.02);
        Declaration declaration = new Declaration();
        if (spec.gated()) {
            declaration.projection(
                    "gateUp",
                    dims.hidden(),
                    initialiser,
                    new Segment("gate", spec.width(), spec.bias()),
                    new Segment("up", spec.width(), spec.bias()));
        } else {
            declaration.projection("up", dims.hidden(), initialiser, new Segment("", spec.width(), spec.bias()));
        }
        return declaration.projection("down", spec.width(), initialiser, new Segment("", dims.hidden(), spec.bias()));
    }

    @Override
    public Layer build(FeedForward spec, LayerContext context) {
        return spec.gated()
                ? new GatedFeedForwardLayer(context.projection("gateUp"), context.projection("down"), spec.activation())
                : new PlainFeedForwardLayer(context.projection("up"), context.projection("down"), spec.activation());
    }
}
