package org.tenon.layers.statespace;

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

/** Provides {@link Mamba2}. */
public final class Mamba2Provider implements LayerProvider<Mamba2> {
    private static final SpecType<Mamba2> TYPE =
            new SpecType<>("tenon/mamba2", Mamba2.class, (spec, parts) -> write(spec), (tree, parts) -> read(tree));

    /** Made by {@link java.util.ServiceLoader}. */
    public Mamba2Provider() {}

    @Override
    public SpecType<Mamba2> type() {
        return TYPE;
    }

    private static Config write(Mamba2 spec) {
        Config tree = Config.object().with("states", spec.states()).with("headDim", spec.headDim());
        if (spec.heads().isPresent()) {
            tree = tree.with("heads", spec.heads().getAsInt());
        }
        tree = tree.with("groups", spec.groups())
                .with("taps", spec.taps())
                .with("bias", spec.bias())
                .with("convBias", spec.convBias())
                .with("epsilon", spec.epsilon());
        if (spec.leastStep() > 0) {
            tree = tree.with("leastStep", spec.leastStep());
        }
        return Double.isInfinite(spec.mostStep()) ? tree : tree.with("mostStep", spec.mostStep());
    }

    private static Mamba2 read(Config tree) {
        return new Mamba2(
                tree.positive("states"),
                tree.positive("headDim", 64),
                MambaProvider.integer(tree, "heads"),
                tree.positive("groups", 1),
                tree.positive("taps", 4),
                tree.flag("bias", false),
                tree.flag("convBias", true),
                tree.decimal("epsilon", 1e-5),
                tree.decimal("leastStep", 0),
                tree.decimal("mostStep", Double.POSITIVE_INFINITY));
    }

    @Override
    public Declaration declare(Mamba2 spec, Dims dims) {
        check(spec, dims);
        int heads = spec.headsIn(dims.hidden());
        int channels = heads * spec.headDim();
        int mixed = channels + 2 * spec.groups() * spec.states();
        Declaration declaration = new Declaration()
                .projection(
                        "input",
                        dims.hidden(),
                        Rates.linear(dims.hidden()),
                        new Segment("gate", channels, spec.bias()),
                        new Segment("conv", mixed, spec.bias()),
                        new Segment("dt", heads, spec.bias()));
        ShortConv.declare(declaration, mixed, spec.taps(), spec.convBias());
        return declaration
                .parameter("stepBias", Shape.of(heads), Rates.steps())
                .parameter("decay", Shape.of(heads), Rates.logarithms(heads))
                .parameter("skip", Shape.of(heads), Initialiser.constant(1))
                .parameter("norm.weight", Shape.of(channels), Initialiser.constant(1))
                .projection("output", channels, Rates.linear(channels), new Segment("", dims.hidden(), spec.bias()))
                .memory("scan", new LayerMemory.State(Shape.of(heads, spec.states(), spec.headDim())))
                .operationsPerKey("scan", 5L * spec.states() * channels); // the decay, the input, the output
    }

    private static void check(Mamba2 spec, Dims dims) {
        int heads = spec.headsIn(dims.hidden());
        long channels = (long) heads * spec.headDim();
        int groups = spec.groups();
        InvalidLayer.Check check = Limits.checked(spec.states(), spec.taps(), channels)
                .that(spec.headDim() >= 1, "headDim", spec.headDim() + " is less than 1")
                .that(
                        groups >= 1 && heads % Math.max(1, groups) == 0,
                        "groups",
                        groups + " does not divide heads " + heads)
                .that(
                        channels + 2L * groups * spec.states() <= Limits.WIDEST,
                        "groups",
                        groups + " groups of " + spec.states() + " states are more than " + Limits.WIDEST + " columns")
                .that(Limits.fits(spec.epsilon()), "epsilon", spec.epsilon() + " is not in [0, 1)")
                .that(
                        spec.leastStep() >= 0 && spec.leastStep() <= spec.mostStep(),
                        "leastStep",
                        spec.leastStep() + " is not between 0 and " + spec.mostStep());
        if (spec.heads().isEmpty() && spec.headDim() >= 1) {
            check.that(
                    2 * dims.hidden() % spec.headDim() == 0,
                    "headDim",
                    spec.headDim() + " does not divide " + 2 * dims.hidden() + ", twice hidden; give heads");
        }
        check.done();
    }

    @Override
    public Layer build(Mamba2 spec, LayerContext context) {
        return new Mamba2Layer(spec, context);
    }
}
