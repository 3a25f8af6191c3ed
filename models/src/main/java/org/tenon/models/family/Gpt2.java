package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.token.Head;
import org.tenon.layers.token.PositionedEmbedding;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * GPT-2 (Radford et al. 2019): learned positions, pre-norm blocks with LayerNorm, attention of as many key heads as query heads, a plain
 * feed-forward layer, biases everywhere. Fields, defaults and names are those of {@code GPT2Config} and {@code GPT2LMHeadModel} in Transformers
 * 5.23; its {@code Conv1D} stores matrices as {@code [in, out]}, queries, keys and values in one. {@code reorder_and_upcast_attn} only guards
 * against narrow accumulators, which Tenon has none of, and is ignored.
 */
public final class Gpt2 implements ModelFamily {
    private static final String MODEL_TYPE = "gpt2";

    /** The widest feed-forward layer. */
    private static final int MOST_WIDTH = 1 << 24;

    /** Made by {@link java.util.ServiceLoader}. */
    public Gpt2() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        HuggingFaceFields.refuseQuantised(config);
        if (config.flag("add_cross_attention", false)) {
            throw config.child("add_cross_attention")
                    .invalid("false: a decoder beside an encoder isn't in this family");
        }
        int hidden = size(config, "n_embd", 768, Blueprint.MOST_HIDDEN);
        int heads = size(config, "n_head", 12, Blueprint.MOST_HIDDEN);
        require(hidden % heads == 0, config, "n_head", "a divisor of n_embd " + hidden, heads);
        FeedForward feedForward = FeedForward.plain(
                        size(config, "n_inner", (int) Math.min(4L * hidden, MOST_WIDTH), MOST_WIDTH),
                        HuggingFaceActivations.read(config, "activation_function", "gelu_new"))
                .bias(true);
        return Architecture.decoder(hidden, size(config, "vocab_size", 50_257, Blueprint.MOST_VOCABULARY))
                .embedding(new PositionedEmbedding())
                .context(size(config, "n_positions", 1024, Blueprint.MOST_CONTEXT))
                .norm(new LayerNorm(epsilon(config), true))
                .layers(
                        size(config, "n_layer", 12, Blueprint.MOST_LAYERS),
                        i -> Block.of(attention(config, heads, hidden / heads, i), feedForward))
                .head(tied(config) ? Head.tied() : Head.untied())
                .unchecked();
    }

    /** Scores are divided by the root of the head's width, and by the layer's number from 1 on, as the configuration says. */
    private static SelfAttention attention(Config config, int heads, int headDim, int layer) {
        SelfAttention attention = SelfAttention.of(heads).bias();
        boolean byWidth = config.flag("scale_attn_weights", true);
        boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
        if (byWidth && !byLayer) {
            return attention;
        }
        return attention.scale((byWidth ? 1 / Math.sqrt(headDim) : 1) / (byLayer ? layer + 1 : 1));
    }

    private static int size(Config config, String key, int otherwise, int most) {
        return config.optional(key).map(value -> (int) value.asWhole(1, most)).orElse(otherwise);
    }

    private static double epsilon(Config config) {
        double epsilon = config.decimal("layer_norm_epsilon", 1e-5);
        require(epsilon >= 0 && epsilon < 1, config, "layer_norm_epsilon", "at least 0 and less than 1", epsilon);
        return epsilon;
    }

    private static boolean tied(Config config) {
        return config.flag("tie_word_embeddings", true);
    }

    private static void require(boolean holds, Config config, String key, String expected, Number found) {
        if (!holds) {
            throw new InvalidConfig(config.source(), key, expected, found.toString());
        }
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        ParameterNames body = ParameterNames.names()
                .map("wte.weight", "embedding.weight")
                .map("wpe.weight", "embedding.positions")
                .map("h.{i}.ln_{1,2}.{weight,bias}", "layers.{i}.{mixer,channels}Norm.{weight,bias}")
                .join(
                        "h.{i}.attn.c_attn.{weight,bias}",
                        "layers.{i}.mixer.qkv.q.{weight,bias}",
                        "layers.{i}.mixer.qkv.k.{weight,bias}",
                        "layers.{i}.mixer.qkv.v.{weight,bias}")
                .map("h.{i}.attn.c_proj.{weight,bias}", "layers.{i}.mixer.out.{weight,bias}")
                .map("h.{i}.mlp.c_fc.{weight,bias}", "layers.{i}.channels.up.{weight,bias}")
                .map("h.{i}.mlp.c_proj.{weight,bias}", "layers.{i}.channels.down.{weight,bias}")
                .map("ln_f.{weight,bias}", "norm.{weight,bias}")
                .transposed(".*\\.c_(attn|proj|fc)\\.weight")
                .ignore("(transformer\\.)?h\\.[0-9]+\\.attn\\.(bias|masked_bias)"); // causal masks
        return CausalNames.of(body, "transformer.", tied(config));
    }

    /** Writes what the first layer says, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        return HuggingFaceFields.faithful(written(spec), spec, this::spec);
    }

    private static Optional<Config> written(ModelSpec spec) {
        if (spec.stacks().size() != 1 || spec.stacks().getFirst().layers().isEmpty()) {
            return Optional.empty();
        }
        ModelSpec.Stack stack = spec.stacks().getFirst();
        List<LayerSpec> layers = stack.layers();
        if (!(layers.getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 2
                || !(branches.getFirst().body() instanceof SelfAttention attention)
                || !(branches.getLast().body() instanceof FeedForward feedForward)
                || !(stack.norm() instanceof LayerNorm norm)
                || attention.heads() < 1) {
            return Optional.empty();
        }
        OptionalDouble scale = attention.scale(); // of layer 0, where the layer's number doesn't show
        boolean byWidth = scale.isEmpty() || scale.getAsDouble() != 1;
        boolean byLayer = scale.isPresent()
                && (layers.size() == 1 ? byWidth : !layers.getFirst().equals(layers.get(1)));
        return activation(feedForward.activation())
                .map(activation -> Config.object()
                        .with("architectures", List.of("GPT2LMHeadModel"))
                        .with("model_type", MODEL_TYPE)
                        .with("vocab_size", spec.vocabulary())
                        .with("n_positions", spec.context())
                        .with("n_embd", stack.hidden())
                        .with("n_inner", feedForward.width())
                        .with("n_layer", layers.size())
                        .with("n_head", attention.heads())
                        .with("activation_function", activation)
                        .with("layer_norm_epsilon", norm.epsilon())
                        .with("scale_attn_weights", byWidth)
                        .with("scale_attn_by_inverse_layer_idx", byLayer)
                        .with(
                                "tie_word_embeddings",
                                Head.tied().equals(spec.heads().get(ModelSpec.HEAD))));
    }

    /** By the name that GPT-2's own files have for it. */
    private static Optional<String> activation(Activation activation) {
        return activation.equals(Activation.GELU_TANH)
                ? Optional.of("gelu_new")
                : HuggingFaceActivations.name(activation);
    }
}
