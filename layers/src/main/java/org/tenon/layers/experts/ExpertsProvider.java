package org.tenon.layers.experts;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Declaration.Segment;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;
import org.tenon.layers.feedforward.FeedForward;

/** Provides {@link Experts}. */
public final class ExpertsProvider implements LayerProvider<Experts> {
    /** The most experts that a layer may have. */
    private static final int MOST = 1 << 16;

    /** The most columns between an expert's products. */
    private static final int WIDEST = 1 << 24;

    private static final SpecType<Experts> TYPE =
            new SpecType<>("tenon/experts", Experts.class, ExpertsProvider::write, ExpertsProvider::read);

    /** Made by {@link java.util.ServiceLoader}. */
    public ExpertsProvider() {}

    @Override
    public SpecType<Experts> type() {
        return TYPE;
    }

    private static Config write(Experts spec, SpecCodec parts) {
        return Config.object()
                .with("experts", spec.experts())
                .with("expert", parts.write(spec.expert()))
                .with("topK", spec.topK())
                .with("renormalised", spec.renormalised());
    }

    private static Experts read(Config tree, SpecCodec parts) {
        Config expert = tree.child("expert");
        if (!(parts.read(expert) instanceof FeedForward feedForward)) {
            throw expert.invalid("a feed-forward layer");
        }
        return new Experts(tree.positive("experts"), feedForward, tree.positive("topK"), tree.flag("renormalised"));
    }

    @Override
    public Declaration declare(Experts spec, Dims dims) {
        FeedForward expert = spec.expert();
        InvalidLayer.check()
                .that(
                        spec.experts() >= 1 && spec.experts() <= MOST,
                        "experts",
                        spec.experts() + " is not between 1 and " + MOST)
                .that(
                        spec.topK() >= 1 && spec.topK() <= spec.experts(),
                        "topK",
                        spec.topK() + " is not between 1 and the number of experts, " + spec.experts())
                .that(
                        expert.width() >= 1 && expert.width() <= WIDEST,
                        "expert.width",
                        expert.width() + " is not between 1 and " + WIDEST)
                .that(expert.gated(), "expert.gated", "an expert has a gate")
                .that(!expert.bias(), "expert.bias", "an expert has no biases")
                .done();
        Initialiser initialiser = Initialiser.normal(0.02);
        Shape wide = Shape.of(spec.experts(), expert.width(), dims.hidden());
        Shape narrow = Shape.of(spec.experts(), dims.hidden(), expert.width());
        return new Declaration()
                .projection("router", dims.hidden(), initialiser, new Segment("", spec.experts(), false))
                .bundle("experts.gate", wide, spec.topK(), initialiser)
                .bundle("experts.up", wide, spec.topK(), initialiser)
                .bundle("experts.down", narrow, spec.topK(), initialiser);
    }

    @Override
    public Layer build(Experts spec, LayerContext context) {
        return new ExpertsLayer(
                spec,
                context.projection("router"),
                context.parameter("experts.gate"),
                context.parameter("experts.up"),
                context.parameter("experts.down"));
    }
}
