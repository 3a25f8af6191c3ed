package org.tenon.layers.attention;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
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
import org.tenon.api.layer.Signal;
import org.tenon.api.layer.SpecType;

/** Provides {@link CrossAttention}. */
public final class CrossAttentionProvider implements LayerProvider<CrossAttention> {
    private static final SpecType<CrossAttention> TYPE = new SpecType<>(
            "tenon/cross-attention",
            CrossAttention.class,
            (spec, parts) -> write(spec),
            (tree, parts) -> new CrossAttention(
                    tree.text("source"),
                    tree.positive("heads"),
                    tree.has("headDim") ? OptionalInt.of(tree.positive("headDim")) : OptionalInt.empty(),
                    tree.flag("bias", false),
                    tree.has("scale") ? OptionalDouble.of(tree.decimal("scale")) : OptionalDouble.empty()));

    /** Made by {@link java.util.ServiceLoader}. */
    public CrossAttentionProvider() {}

    private static Config write(CrossAttention spec) {
        Config tree = Config.object().with("source", spec.source()).with("heads", spec.heads());
        if (spec.headDim().isPresent()) {
            tree = tree.with("headDim", spec.headDim().getAsInt());
        }
        if (spec.bias()) {
            tree = tree.with("bias", true);
        }
        return spec.scale().isPresent() ? tree.with("scale", spec.scale().getAsDouble()) : tree;
    }

    @Override
    public SpecType<CrossAttention> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(CrossAttention spec, Dims dims) {
        check(spec, dims);
        int headDim = spec.headDimIn(dims.hidden());
        int width = spec.heads() * headDim;
        Initialiser initialiser = Initialiser.normal(0.02);
        LayerMemory keys =
                new LayerMemory.Keys(spec.heads(), headDim, headDim, LayerMemory.Reach.ALL, Optional.of(spec.source()));
        return new Declaration()
                .projection("q", dims.hidden(), initialiser, new Segment("", width, spec.bias()))
                .projection(
                        "kv",
                        dims.hidden(),
                        initialiser,
                        new Segment("k", width, spec.bias()),
                        new Segment("v", width, spec.bias()))
                .projection("out", width, initialiser, new Segment("", dims.hidden(), spec.bias()))
                .reads(Signal.output(spec.source()))
                .memory("keys", keys)
                .operationsPerKey("keys", 4L * width); // a product with the key and one with the value
    }

    private static void check(CrossAttention spec, Dims dims) {
        int heads = spec.heads();
        InvalidLayer.Check check = InvalidLayer.check().that(heads >= 1, "heads", heads + " is less than 1");
        Heads.check(check, heads, spec.headDim(), dims.hidden());
        spec.scale().ifPresent(scale -> check.that(Double.isFinite(scale), "scale", scale + " is not a finite number"));
        check.done();
    }

    @Override
    public Layer build(CrossAttention spec, LayerContext context) {
        return new CrossAttentionLayer(spec, context);
    }
}
