package org.tenon.layers.token;

import java.util.OptionalDouble;
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

/** Provides {@link Head}. */
public final class HeadProvider implements LayerProvider<Head> {
    private static final SpecType<Head> TYPE = new SpecType<>(
            "tenon/head",
            Head.class,
            (spec, parts) -> write(spec),
            (tree, parts) -> new Head(
                    tree.optional("tiedTo").map(Config::asText),
                    tree.has("softCap") ? OptionalDouble.of(tree.decimal("softCap")) : OptionalDouble.empty(),
                    tree.decimal("multiplier", 1)));

    /** Made by {@link java.util.ServiceLoader}. */
    public HeadProvider() {}

    @Override
    public SpecType<Head> type() {
        return TYPE;
    }

    private static Config write(Head spec) {
        Config tree =
                spec.tiedTo().map(path -> Config.object().with("tiedTo", path)).orElseGet(Config::object);
        Config capped =
                spec.softCap().isPresent() ? tree.with("softCap", spec.softCap().getAsDouble()) : tree;
        return spec.multiplier() == 1 ? capped : capped.with("multiplier", spec.multiplier());
    }

    @Override
    public Declaration declare(Head spec, Dims dims) {
        double cap = spec.softCap().orElse(1);
        InvalidLayer.check()
                .that(cap >= Float.MIN_NORMAL && cap <= Float.MAX_VALUE, "softCap", cap + " is not a positive number")
                .that(
                        Double.isFinite(spec.multiplier()) && spec.multiplier() != 0,
                        "multiplier",
                        spec.multiplier() + " is not a finite number other than 0")
                .done();
        Shape shape = Shape.of(dims.vocabulary(), dims.hidden());
        return spec.tiedTo()
                .map(path -> new Declaration().shared("weight", path))
                .orElseGet(() -> new Declaration().matrix("weight", shape, Initialiser.normal(0.02)));
    }

    @Override
    public Layer build(Head spec, LayerContext context) {
        return new HeadLayer(context.parameter("weight"), spec.softCap(), spec.multiplier());
    }
}
