package org.tenon.layers.statespace;

import java.util.OptionalInt;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Declaration.Segment;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.Shape;
import org.tenon.layers.statespace.Mamba.SelectionNorm;

/** Provides {@link Mamba}. */
public final class MambaProvider implements LayerProvider<Mamba> {
    private static final SpecType<Mamba> TYPE =
            new SpecType<>("tenon/mamba", Mamba.class, (spec, parts) -> write(spec), (tree, parts) -> read(tree));

    /** Made by {@link java.util.ServiceLoader}. */
    public MambaProvider() {}

    @Override
    public SpecType<Mamba> type() {
        return TYPE;
    }

    private static Config write(Mamba spec) {
        Config tree = Config.object().with("states", spec.states());
        if (spec.channels().isPresent()) {
            tree = tree.with("channels", spec.channels().getAsInt());
        }
        if (spec.rank().isPresent()) {
            tree = tree.with("rank", spec.rank().getAsInt());
        }
        tree = tree.with("taps", spec.taps()).with("bias", spec.bias()).with("convBias", spec.convBias());
        if (spec.norm().isPresent()) {
            SelectionNorm norm = spec.norm().get();
            tree = tree.with(
                    "norm", Config.object().with("epsilon", norm.epsilon()).with("weighted", norm.weighted()));
        }
        return tree;
    }

    private static Mamba read(Config tree) {
        return new Mamba(
                tree.positive("states"),
                integer(tree, "channels"),
                integer(tree, "rank"),
                tree.positive("taps", 4),
                tree.flag("bias", false),
                tree.flag("convBias", true),
                tree.optional("norm")
                        .map(norm -> new SelectionNorm(norm.decimal("epsilon"), norm.flag("weighted", true))));
    }

    static OptionalInt integer(Config tree, String key) {
        return tree.has(key) ? OptionalInt.of(tree.positive(key)) : OptionalInt.empty();
    }

    @Override
    public Declaration declare(Mamba spec, Dims dims) {
        int channels = spec.channelsIn(dims.hidden());
        int rank = spec.rankIn(dims.hidden());
        int states = spec.states();
        Limits.checked(spec.states(), spec.taps(), channels)
                .that(rank >= 1 && rank <= Limits.WIDEST, "rank", rank + " is not between 1 and " + Limits.WIDEST)
                .that(spec.norm().map(Limits::fits).orElse(true), "norm", "its epsilon is not in [0, 1)")
                .done();
        Initialiser in = Rates.linear(dims.hidden());
        double stepLimit = 1 / Math.sqrt(rank);
        Declaration declaration = new Declaration()
                .projection(
                        "input",
                        dims.hidden(),
                        in,
                        new Segment("x", channels, spec.bias()),
                        new Segment("gate", channels, spec.bias()));
        ShortConv.declare(declaration, channels, spec.taps(), spec.convBias());
        declaration
                .projection(
                        "select",
                        channels,
                        Rates.linear(channels),
                        new Segment("dt", rank, false),
                        new Segment("b", states, false),
                        new Segment("c", states, false))
                .matrix("step.weight", Shape.of(channels, rank), Initialiser.uniform(-stepLimit, stepLimit))
                .parameter("step.bias", Shape.of(channels), Rates.steps())
                .parameter("decay", Shape.of(channels, states), Rates.logarithms(states))
                .parameter("skip", Shape.of(channels), Initialiser.constant(1))
                .projection("output", channels, Rates.linear(channels), new Segment("", dims.hidden(), spec.bias()))
                .memory("scan", new LayerMemory.State(Shape.of(states, channels)))
                .operationsPerKey("scan", 6L * states * channels); // an exponent, the decay, the input, the output
        if (spec.norm().isPresent() && spec.norm().get().weighted()) {
            declaration
                    .parameter("dtNorm.weight", Shape.of(rank), Initialiser.constant(1))
                    .parameter("bNorm.weight", Shape.of(states), Initialiser.constant(1))
                    .parameter("cNorm.weight", Shape.of(states), Initialiser.constant(1));
        }
        return declaration;
    }

    @Override
    public Layer build(Mamba spec, LayerContext context) {
        return new MambaLayer(spec, context);
    }
}
