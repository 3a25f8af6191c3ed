package org.tenon.layers.attention;

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

/** Provides {@link SelfAttention}. */
public final class SelfAttentionProvider implements LayerProvider<SelfAttention> {
    private static final SpecType<SelfAttention> TYPE = new SpecType<>(
            "tenon/self-attention",
            SelfAttention.class,
            (spec, parts) -> SelfAttentionCodec.write(spec),
            (tree, parts) -> SelfAttentionCodec.read(tree));

    /** Made by {@link java.util.ServiceLoader}. */
    public SelfAttentionProvider() {}

    @Override
    public SpecType<SelfAttention> type() {
        return TYPE;
    }

    @Override
    public Declaration declare(SelfAttention spec, Dims dims) {
        check(spec, dims);
        int headDim = spec.headDimIn(dims.hidden());
        int queries = spec.heads() * headDim;
        int keys = spec.kvHeads() * headDim;
        Initialiser initialiser = Initialiser.normal(0.02);
        LayerMemory.Reach reach = spec.windowIn(dims.context()).stream()
                .mapToObj(LayerMemory.Reach::new)
                .findFirst()
                .orElse(LayerMemory.Reach.ALL);
        Declaration declaration = new Declaration()
                .projection(
                        "qkv",
                        dims.hidden(),
                        initialiser,
                        new Segment("q", queries, spec.qkvBias()),
                        new Segment("k", keys, spec.qkvBias()),
                        new Segment("v", keys, spec.qkvBias()))
                .projection("out", queries, initialiser, new Segment("", dims.hidden(), spec.outBias()));
        long operations = 4L * queries; // a product with the key and one with the value
        if (spec.bidirectional()) {
            declaration.wholeSequences(operations);
        } else {
            declaration
                    .memory("keys", new LayerMemory.Keys(spec.kvHeads(), headDim, headDim, reach))
                    .operationsPerKey("keys", operations);
        }
        if (spec.headNorm().isPresent()) {
            declaration
                    .parameter("qNorm.weight", Shape.of(headDim), Initialiser.constant(1))
                    .parameter("kNorm.weight", Shape.of(headDim), Initialiser.constant(1));
        }
        spec.relativeBias().ifPresent(bias -> bias.declare(declaration, spec.heads()));
        spec.rope()
                .ifPresent(rope -> rope.scaling()
                        .settledLength()
                        .ifPresent(settled -> declaration.lengthDependence(
                                settled,
                                "rotary positions turn by the sequence's length after the step, and keys in the cache stay as they"
                                        + " were written")));
        return declaration;
    }

    private static void check(SelfAttention spec, Dims dims) {
        int heads = spec.heads();
        int kvHeads = spec.kvHeads();
        int headDim = spec.headDimIn(dims.hidden());
        InvalidLayer.Check check = InvalidLayer.check()
                .that(heads >= 1, "heads", heads + " is less than 1")
                .that(kvHeads >= 1 || kvHeads == heads, "kvHeads", kvHeads + " is less than 1");
        if (heads >= 1 && kvHeads >= 1) {
            check.that(heads % kvHeads == 0, "kvHeads", kvHeads + " does not divide heads " + heads);
        }
        Heads.check(check, heads, spec.headDim(), dims.hidden());
        spec.window()
                .ifPresent(window -> check.that(window >= 1, "window", window + " is less than 1")
                        .that(!spec.bidirectional(), "window", "queries that see the whole sequence have none"));
        spec.scale().ifPresent(scale -> check.that(Double.isFinite(scale), "scale", scale + " is not a finite number"));
        spec.softCap()
                .ifPresent(cap -> check.that(
                        cap >= Float.MIN_NORMAL && cap <= Float.MAX_VALUE,
                        "softCap",
                        cap + " is not a positive number"));
        spec.headNorm()
                .ifPresent(
                        epsilon -> check.that(epsilon >= 0 && epsilon < 1, "headNorm", epsilon + " is not in [0, 1)"));
        spec.relativeBias().ifPresent(bias -> bias.check(check));
        spec.rope().ifPresent(rope -> rope.check(check, headDim, dims.context()));
        check.done();
    }

    @Override
    public Layer build(SelfAttention spec, LayerContext context) {
        return new SelfAttentionLayer(spec, context);
    }
}
