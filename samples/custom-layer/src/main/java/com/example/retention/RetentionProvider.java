package com.example.retention;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Declaration.Segment;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;

/** Makes {@link Retention} layers. */
public final class RetentionProvider implements LayerProvider<Retention> {
    /** What a head has at the most, so that no decay is rounded to 1. */
    private static final int MOST_HEADS = 16;

    /** Made by {@link java.util.ServiceLoader}. */
    public RetentionProvider() {}

    @Override
    public SpecType<Retention> type() {
        return new SpecType<>(
                "example/retention",
                Retention.class,
                (spec, parts) -> Config.object().with("heads", spec.heads()),
                (tree, parts) -> new Retention(tree.positive("heads")));
    }

    @Override
    public Declaration declare(Retention spec, Dims dims) {
        int heads = spec.heads();
        int hidden = dims.hidden();
        InvalidLayer.check()
                .that(heads >= 1 && heads <= MOST_HEADS, "heads", heads + " is not between 1 and " + MOST_HEADS)
                .that(heads < 1 || hidden % heads == 0, "heads", heads + " does not divide hidden " + hidden)
                .done();
        int headDim = hidden / heads;
        Initialiser initialiser = Initialiser.normal(0.02);
        return new Declaration()
                .projection(
                        "qkvg",
                        hidden,
                        initialiser,
                        new Segment("q", hidden, false),
                        new Segment("k", hidden, false),
                        new Segment("v", hidden, false),
                        new Segment("g", hidden, false))
                .projection("out", hidden, initialiser, new Segment("", hidden, false))
                .parameter("norm.weight", Shape.of(headDim), Initialiser.constant(1))
                .memory("keys", new LayerMemory.Keys(heads, headDim, headDim, LayerMemory.Reach.ALL))
                .operationsPerKey("keys", 4L * hidden); // a product with the key and one with the value
    }

    @Override
    public Layer build(Retention spec, LayerContext context) {
        return new RetentionLayer(
                spec,
                context.projection("qkvg"),
                context.projection("out"),
                context.parameter("norm.weight"),
                context.memory("keys"));
    }
}
