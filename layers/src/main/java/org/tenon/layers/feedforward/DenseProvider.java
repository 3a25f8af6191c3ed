package org.tenon.layers.feedforward;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;

/** Provides {@link Dense}. */
public final class DenseProvider implements LayerProvider<Dense> {
    private static final String WEIGHT = "weight";
    private static final String BIAS = "bias";

    private static final SpecType<Dense> TYPE =
            new SpecType<>("tenon/dense", Dense.class, (spec, parts) -> write(spec), (tree, parts) -> read(tree));

    /** Made by {@link java.util.ServiceLoader}. */
    public DenseProvider() {}

    @Override
    public SpecType<Dense> type() {
        return TYPE;
    }

    private static Config write(Dense spec) {
        Config tree = Config.object();
        if (spec.width().isPresent()) {
            tree = tree.with("width", spec.width().getAsInt());
        }
        if (spec.activation().isPresent()) {
            tree = tree.with("activation", Activations.name(spec.activation().get()));
        }
        if (spec.weightFrom().isPresent()) {
            tree = tree.with("weightFrom", spec.weightFrom().get());
        }
        return spec.biasFrom().isPresent()
                ? tree.with("biasFrom", spec.biasFrom().get())
                : tree;
    }

    private static Dense read(Config tree) {
        return new Dense(
                tree.has("width") ? OptionalInt.of(tree.positive("width")) : OptionalInt.empty(),
                tree.optional("activation").map(Activations::of),
                tree.optional("weightFrom").map(Config::asText),
                tree.optional("biasFrom").map(Config::asText));
    }

    @Override
    public Declaration declare(Dense spec, Dims dims) {
        int width = spec.width().orElse(dims.hidden());
        InvalidLayer.check()
                .that(
                        width >= 1 && width <= FeedForwardProvider.WIDEST,
                        "width",
                        width + " is not between 1 and " + FeedForwardProvider.WIDEST)
                .done();
        Declaration declaration = new Declaration();
        spec.weightFrom()
                .ifPresentOrElse(
                        path -> declaration.shared(WEIGHT, path),
                        () -> declaration.matrix(WEIGHT, Shape.of(width, dims.hidden()), Initialiser.normal(0.02)));
        spec.biasFrom()
                .ifPresentOrElse(
                        path -> declaration.shared(BIAS, path),
                        () -> declaration.parameter(BIAS, Shape.of(width), Initialiser.constant(0)));
        return declaration;
    }

    @Override
    public Layer build(Dense spec, LayerContext context) {
        Projection projection =
                new Projection(Map.of(WEIGHT, context.parameter(WEIGHT)), Optional.of(context.parameter(BIAS)));
        return new DenseLayer(projection, spec.activation());
    }
}
