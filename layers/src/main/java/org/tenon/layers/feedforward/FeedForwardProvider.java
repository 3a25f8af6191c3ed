package org.tenon.layers.feedforward;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.TenonException;
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
import org.tenon.api.op.Activation;

/** Provides {@link FeedForward}. */
public final class FeedForwardProvider implements LayerProvider<FeedForward> {
    /** The most columns between the products. */
    private static final int WIDEST = 1 << 24;

    /** The activations that a plain tree can name. */
    private static final Map<String, Activation> ACTIVATIONS = Stream.of(
                    Activation.SILU, Activation.GELU, Activation.GELU_TANH, Activation.RELU, Activation.RELU_SQUARED)
            .collect(Collectors.toUnmodifiableMap(Activation::name, Function.identity()));

    private static final SpecType<FeedForward> TYPE = new SpecType<>(
            "tenon/feed-forward",
            FeedForward.class,
            (spec, parts) -> write(spec),
            (tree, parts) -> new FeedForward(
                    tree.positive("width"), activation(tree), tree.flag("gated"), tree.flag("bias", false)));

    /** Made by {@link java.util.ServiceLoader}. */
    public FeedForwardProvider() {}

    private static Config write(FeedForward spec) {
        String name = spec.activation().name();
        if (!ACTIVATIONS.containsKey(name)) {
            throw new TenonException(
                    "the activation " + name + " is a plugin's own and can't be saved; Tenon's are " + names());
        }
        Config tree = Config.object()
                .with("width", spec.width())
                .with("activation", name)
                .with("gated", spec.gated());
        return spec.bias() ? tree.with("bias", true) : tree;
    }

    private static Activation activation(Config tree) {
        Config name = tree.child("activation");
        Activation found = ACTIVATIONS.get(name.asText());
        if (found == null) {
            throw name.invalid("one of " + names());
        }
        return found;
    }

    private static List<String> names() {
        return ACTIVATIONS.keySet().stream().sorted().toList();
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
