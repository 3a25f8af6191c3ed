package org.tenon.conformance.law;

import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.crossAttention;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.geGlu;
import static org.tenon.layers.Layers.layerNorm;
import static org.tenon.layers.Layers.learnedPositions;
import static org.tenon.layers.Layers.mamba;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.mlp;
import static org.tenon.layers.Layers.noNorm;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.op.Activation;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Op;
import org.tenon.api.op.Route;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.Dense;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.token.OutputHead;
import org.tenon.layers.token.OutputHead.Part;
import org.tenon.models.architecture.Architecture;

/**
 * A model that laws are checked on: small enough for a backend of plain loops, with weights that a seed gives.
 *
 * @param name what reports call it
 * @param spec its architecture, of a context of {@link #CONTEXT} or more
 * @param window the keys that its layers with a window see; nothing where no layer has one
 * @param layers providers of its layers that {@link java.util.ServiceLoader} doesn't find
 * @param needs the ops that its layers use and that not every model has
 */
public record TinyModel(
        String name,
        ModelSpec spec,
        Optional<Window> window,
        List<LayerProvider<?>> layers,
        Set<Class<? extends Op<?, ?>>> needs) {
    /** The longest sequence that laws are checked on: windows begin at multiples of 256, so one rolls from 256 tokens on. */
    public static final int CONTEXT = 352;

    private static final int HIDDEN = 64;
    private static final int VOCABULARY = 48;
    private static final int FEED_FORWARD = 96;
    private static final int WINDOW = 24;

    /**
     * The width of an expert. Whom a row goes to may turn on a rounding, and then its logits leap. With weights of 0.02 the leap is small beside the
     * row, and within the bound of narrow types; in F32 no two logits of a router are as near as rounding reaches with the seed that weights have.
     */
    private static final int EXPERT = 32;

    /** Weights of 0.02 give scores near zero; with this factor they are of the order of one, so that it matters which keys are seen. */
    private static final double SHARP = 20;

    private static final Set<Class<? extends Op<?, ?>>> SCAN = Set.of(CausalConv.class, SelectiveScan.class);
    private static final Set<Class<? extends Op<?, ?>>> DUAL = Set.of(CausalConv.class, StateSpaceDual.class);

    /**
     * What a model with windows is without them.
     *
     * @param size the keys that a layer sees
     * @param without the same architecture, all of whose layers see everything
     */
    public record Window(int size, ModelSpec without) {}

    /**
     * Copies the list and the set.
     *
     * @param name what reports call it
     * @param spec its architecture
     * @param window the keys that its layers with a window see
     * @param layers providers of its layers
     * @param needs the ops that its layers use and that not every model has
     */
    public TinyModel {
        layers = List.copyOf(layers);
        needs = Set.copyOf(needs);
    }

    /**
     * A model without windows, all of whose layers are found.
     *
     * @param name what reports call it
     * @param spec its architecture
     * @return the model
     */
    public static TinyModel of(String name, ModelSpec spec) {
        return new TinyModel(name, spec, Optional.empty(), List.of(), Set.of());
    }

    /**
     * The model, whose laws say nothing of a backend that isn't asked for some ops.
     *
     * @param ops the ops
     * @return the model
     */
    public TinyModel needing(Set<Class<? extends Op<?, ?>>> ops) {
        return new TinyModel(name, spec, window, layers, ops);
    }

    /** {@return the kinds of models that Tenon's layers make: decoders of grouped queries, windows, both, other feed-forwards, experts and states, an encoder, and one with a decoder} */
    public static List<TinyModel> all() {
        SelfAttention grouped = attention(4).kvHeads(2).rope(10_000).scale(SHARP);
        SelfAttention normed = attention(4).rope(10_000).headNorm(1e-6);
        return List.of(
                of("grouped queries", spec(_ -> block(grouped, swiGlu(FEED_FORWARD)))),
                windowed("windows", normed, normed.window(WINDOW)),
                windowed("windows and all keys", grouped, grouped.window(WINDOW)),
                of("mamba", spec(_ -> block(Branch.of(Block.MIXER, mamba(8))))).needing(SCAN),
                of(
                                "mamba-2",
                                spec(_ -> block(Branch.of(
                                        Block.MIXER, mamba2(16).headDim(16).groups(2)))))
                        .needing(DUAL),
                of(
                                "mamba-2 and attention",
                                spec(i -> block(i == 0 ? mamba2(16).headDim(32) : grouped, swiGlu(FEED_FORWARD))))
                        .needing(DUAL),
                of("one key head, geglu", spec(_ -> block(grouped.kvHeads(1), geGlu(FEED_FORWARD)))),
                of("experts", spec(_ -> block(grouped, experts(8, swiGlu(EXPERT)))))
                        .needing(Set.of(Route.class, Experts.class)),
                of("squared relu", spec(_ -> block(normed, mlp(FEED_FORWARD, Activation.RELU_SQUARED)))),
                of("encoder", encoder()),
                of("encoder and decoder", encoderAndDecoder()));
    }

    /** As T5 has it: biases by distance, some of them beyond the farthest, that one layer of each stack keeps for the next, and attention to the encoder. */
    private static ModelSpec encoderAndDecoder() {
        RelativeBias distances = RelativeBias.of(8, 20);
        SelfAttention attention = attention(4).scale(SHARP);
        FeedForward feedForward = geGlu(FEED_FORWARD);
        return Architecture.encoder(HIDDEN, VOCABULARY)
                .context(CONTEXT)
                .norm(rmsNorm(1e-6))
                .layers(2, i -> block(attention.bothWays().relativeBias(distances.inLayer(i)), feedForward))
                .decoder()
                .layers(
                        2,
                        i -> block(
                                attention.relativeBias(distances.inLayer(i)),
                                crossAttention("encoder", 4).scale(SHARP),
                                feedForward))
                .unchecked();
    }

    /** Post-norm blocks with attention both ways, and a head for each row and one for the first. */
    private static ModelSpec encoder() {
        LayerNorm norm = layerNorm(1e-12);
        SelfAttention bothWays = attention(4).bias().scale(SHARP).bothWays();
        return Architecture.encoder(HIDDEN, VOCABULARY)
                .context(CONTEXT)
                .embedding(learnedPositions().types(2).norm(norm))
                .layers(
                        2,
                        _ -> block(bothWays, mlp(FEED_FORWARD, Activation.GELU).bias(true))
                                .postNorm(norm))
                .norm(noNorm())
                .head(
                        ModelSpec.MASKED,
                        OutputHead.ofRows(
                                new Part("dense", Dense.square().activation(Activation.GELU)),
                                new Part("norm", norm),
                                new Part("decoder", Dense.of(VOCABULARY).weightFrom("embedding.weight"))))
                .head(
                        ModelSpec.POOLER,
                        OutputHead.ofFirstRow(new Part("dense", Dense.square().activation(Activation.TANH))))
                .unchecked();
    }

    /** The first layer sees all that {@code first} does; the second one a window. */
    private static TinyModel windowed(String name, SelfAttention all, SelfAttention window) {
        boolean both = name.endsWith("all keys");
        return new TinyModel(
                name,
                spec(i -> block(both && i == 0 ? all : window, swiGlu(FEED_FORWARD))),
                Optional.of(new Window(WINDOW, spec(_ -> block(all, swiGlu(FEED_FORWARD))))),
                List.of(),
                Set.of());
    }

    private static ModelSpec spec(IntFunction<LayerSpec> layers) {
        return Architecture.decoder(HIDDEN, VOCABULARY)
                .context(CONTEXT)
                .norm(rmsNorm(1e-5))
                .layers(2, layers)
                .tiedHead()
                .unchecked();
    }

    @Override
    public String toString() {
        return name;
    }
}
