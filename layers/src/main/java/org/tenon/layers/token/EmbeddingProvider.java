package org.tenon.layers.token;

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

/** Provides {@link Embedding}. */
public final class EmbeddingProvider implements LayerProvider<Embedding> {
    private static final SpecType<Embedding> TYPE = new SpecType<>(
            "tenon/embedding",
            Embedding.class,
            (spec, parts) -> write(spec),
            (tree, parts) -> new Embedding(
                    tree.decimal("multiplier", 1), tree.optional("tiedTo").map(Config::asText)));

    /** Made by {@link java.util.ServiceLoader}. */
    public EmbeddingProvider() {}

    private static Config write(Embedding spec) {
        Config tree = spec.multiplier() == 1 ? Config.object() : Config.object().with("multiplier", spec.multiplier());
        return spec.tiedTo().isPresent() ? tree.with("tiedTo", spec.tiedTo().get()) : tree;
    }

    @Override
    public SpecType<Embedding> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(Embedding spec, Dims dims) {
        InvalidLayer.check()
                .that(Double.isFinite(spec.multiplier()), "multiplier", spec.multiplier() + " is not a finite number")
                .done();
        Shape shape = Shape.of(dims.vocabulary(), dims.hidden());
        return spec.tiedTo()
                .map(path -> new Declaration().shared("weight", path))
                .orElseGet(() -> new Declaration().matrix("weight", shape, Initialiser.normal(0.02)));
    }

    @Override
    public Layer build(Embedding spec, LayerContext context) {
        return new EmbeddingLayer(context.parameter("weight"), spec.multiplier());
    }
}
