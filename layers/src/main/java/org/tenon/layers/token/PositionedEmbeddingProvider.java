package org.tenon.layers.token;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;

/** Provides {@link PositionedEmbedding}. */
public final class PositionedEmbeddingProvider implements LayerProvider<PositionedEmbedding> {
    private static final SpecType<PositionedEmbedding> TYPE = new SpecType<>(
            "tenon/positioned-embedding",
            PositionedEmbedding.class,
            (spec, parts) -> Config.object(),
            (tree, parts) -> new PositionedEmbedding());

    /** Made by {@link java.util.ServiceLoader}. */
    public PositionedEmbeddingProvider() {}

    @Override
    public SpecType<PositionedEmbedding> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(PositionedEmbedding spec, Dims dims) {
        Initialiser initialiser = Initialiser.normal(0.02);
        return new Declaration()
                .matrix("weight", Shape.of(dims.vocabulary(), dims.hidden()), initialiser)
                .matrix("positions", Shape.of(dims.context(), dims.hidden()), initialiser);
    }

    @Override
    public Layer build(PositionedEmbedding spec, LayerContext context) {
        return new PositionedEmbeddingLayer(context.parameter("weight"), context.parameter("positions"));
    }
}
