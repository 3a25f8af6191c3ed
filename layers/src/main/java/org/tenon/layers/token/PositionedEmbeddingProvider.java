package org.tenon.layers.token;

import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;

/** Provides {@link PositionedEmbedding}. */
public final class PositionedEmbeddingProvider implements LayerProvider<PositionedEmbedding> {
    /** The most types of tokens. */
    private static final int MOST_TYPES = 1 << 16;

    private static final SpecType<PositionedEmbedding> TYPE = new SpecType<>(
            "tenon/positioned-embedding",
            PositionedEmbedding.class,
            PositionedEmbeddingProvider::write,
            (tree, parts) -> new PositionedEmbedding(
                    tree.has("types") ? tree.positive("types") : 0,
                    tree.optional("norm").map(parts::read)));

    /** Made by {@link java.util.ServiceLoader}. */
    public PositionedEmbeddingProvider() {}

    @Override
    public SpecType<PositionedEmbedding> type() {
        return TYPE;
    }

    private static Config write(PositionedEmbedding spec, SpecCodec parts) {
        Config tree = spec.types() == 0 ? Config.object() : Config.object().with("types", spec.types());
        return spec.norm().isPresent()
                ? tree.with("norm", parts.write(spec.norm().get()))
                : tree;
    }

    @Override
    public Declaration declare(PositionedEmbedding spec, Dims dims) {
        InvalidLayer.check()
                .that(
                        spec.types() >= 0 && spec.types() <= MOST_TYPES,
                        "types",
                        spec.types() + " is not between 0 and " + MOST_TYPES)
                .done();
        Initialiser initialiser = Initialiser.normal(0.02);
        Declaration declaration = new Declaration()
                .matrix("weight", Shape.of(dims.vocabulary(), dims.hidden()), initialiser)
                .matrix("positions", Shape.of(dims.context(), dims.hidden()), initialiser);
        if (spec.types() > 0) {
            declaration.matrix("types", Shape.of(spec.types(), dims.hidden()), initialiser);
        }
        spec.norm().ifPresent(norm -> declaration.child("norm", norm, dims.hidden()));
        return declaration;
    }

    @Override
    public Layer build(PositionedEmbedding spec, LayerContext context) {
        return new PositionedEmbeddingLayer(
                context.parameter("weight"),
                context.parameter("positions"),
                spec.types() > 0 ? Optional.of(context.parameter("types")) : Optional.empty(),
                spec.norm().map(_ -> context.child("norm")));
    }
}
