package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * Llama 1 to 3.x (Touvron et al. 2023, 2023; Grattafiori et al. 2024): pre-norm blocks of grouped-query attention with rotary positions and
 * a gated feed-forward layer. Fields, defaults and names are those of {@code LlamaConfig} and {@code LlamaForCausalLM} in Transformers 5.23;
 * fields that it ignores, such as {@code pretraining_tp} and {@code initializer_range}, are ignored.
 */
public final class Llama implements ModelFamily {
    private static final String MODEL_TYPE = "llama";

    /** The widest feed-forward layer. */
    private static final int MOST_WIDTH = 1 << 24;

    /** Made by {@link java.util.ServiceLoader}. */
    public Llama() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        config.optional("quantization_config").ifPresent(quantised -> {
            throw quantised.invalid(
                    "absent: quantised weights of this kind can't be read; take the original checkpoint");
        });
        int hidden = size(config, "hidden_size", 4096, Blueprint.MOST_HIDDEN);
        int heads = size(config, "num_attention_heads", 32, Blueprint.MOST_HIDDEN);
        int kvHeads = size(config, "num_key_value_heads", heads, Blueprint.MOST_HIDDEN);
        require(hidden % heads == 0, config, "num_attention_heads", "a divisor of hidden_size " + hidden, heads);
        require(
                heads % kvHeads == 0,
                config,
                "num_key_value_heads",
                "a divisor of num_attention_heads " + heads,
                kvHeads);
        int headDim = size(config, "head_dim", hidden / heads, Blueprint.MOST_HIDDEN);
        require(headDim % 2 == 0, config, "head_dim", "even, for rotary positions turn pairs of columns", headDim);
        require(
                (long) heads * headDim <= MOST_WIDTH,
                config,
                "head_dim",
                "at most " + MOST_WIDTH / heads + " for " + heads + " heads",
                headDim);
        int positions = size(config, "max_position_embeddings", 2048, Blueprint.MOST_CONTEXT);
        HuggingFaceRope rope = HuggingFaceRope.read(config, positions);
        check(rope, config, headDim);

        SelfAttention attention =
                SelfAttention.of(heads).kvHeads(kvHeads).headDim(headDim).rope(rope.rope());
        boolean attentionBias = config.flag("attention_bias", false);
        FeedForward feedForward = FeedForward.gated(
                        size(config, "intermediate_size", 11_008, MOST_WIDTH),
                        HuggingFaceActivations.read(config, "hidden_act", "silu"))
                .bias(config.flag("mlp_bias", false));
        Block block = Block.of(attention.biases(attentionBias, attentionBias), feedForward);
        return Architecture.decoder(hidden, size(config, "vocab_size", 32_000, Blueprint.MOST_VOCABULARY))
                .context(rope.context())
                .norm(new RmsNorm(epsilon(config)))
                .layers(size(config, "num_hidden_layers", 32, Blueprint.MOST_LAYERS), i -> block)
                .head(tied(config) ? Head.tied() : Head.untied())
                .unchecked();
    }

    private static int size(Config config, String key, int otherwise, int most) {
        return config.optional(key).map(value -> (int) value.asWhole(1, most)).orElse(otherwise);
    }

    private static double epsilon(Config config) {
        double epsilon = config.decimal("rms_norm_eps", 1e-6);
        require(epsilon >= 0 && epsilon < 1, config, "rms_norm_eps", "at least 0 and less than 1", epsilon);
        return epsilon;
    }

    private static boolean tied(Config config) {
        return config.flag("tie_word_embeddings", false);
    }

    private static void require(boolean holds, Config config, String key, String expected, Number found) {
        if (!holds) {
            throw new InvalidConfig(config.source(), key, expected, found.toString());
        }
    }

    /** What is left to go wrong with positions: numbers that don't fit each other or the head. */
    private static void check(HuggingFaceRope rope, Config config, int headDim) {
        InvalidLayer.Check check = InvalidLayer.check();
        rope.rope().check(check, headDim, rope.context());
        try {
            check.done();
        } catch (InvalidLayer invalid) {
            throw new InvalidConfig(
                    config.source(),
                    "the rotary positions don't fit: " + invalid.getMessage()
                            + ". Correct the file, or download it again",
                    invalid);
        }
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        ParameterNames names = ParameterNames.names()
                .map("model.embed_tokens.weight", "embedding.weight")
                .map("model.layers.{i}.input_layernorm.weight", "layers.{i}.mixerNorm.weight")
                .map(
                        "model.layers.{i}.self_attn.{q,k,v}_proj.{weight,bias}",
                        "layers.{i}.mixer.qkv.{q,k,v}.{weight,bias}")
                .map("model.layers.{i}.self_attn.o_proj.{weight,bias}", "layers.{i}.mixer.out.{weight,bias}")
                .map("model.layers.{i}.post_attention_layernorm.weight", "layers.{i}.channelsNorm.weight")
                .map(
                        "model.layers.{i}.mlp.{gate,up}_proj.{weight,bias}",
                        "layers.{i}.channels.gateUp.{gate,up}.{weight,bias}")
                .map("model.layers.{i}.mlp.down_proj.{weight,bias}", "layers.{i}.channels.down.{weight,bias}")
                .map("model.norm.weight", "norm.weight")
                .ignore(".*rotary_emb\\.inv_freq.*");
        return tied(config) ? names.ignore("lm_head\\.weight") : names.map("lm_head.weight", "head.weight");
    }

    /** Writes what the first layer says, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        ModelSpec explicit = explicit(spec);
        return written(explicit).filter(config -> {
            try {
                return spec(config).equals(explicit);
            } catch (InvalidConfig refused) {
                return false;
            }
        });
    }

    private static Optional<Config> written(ModelSpec spec) {
        if (spec.stacks().size() != 1 || spec.stacks().getFirst().layers().isEmpty()) {
            return Optional.empty();
        }
        ModelSpec.Stack stack = spec.stacks().getFirst();
        if (!(stack.layers().getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 2
                || !(branches.getFirst().body() instanceof SelfAttention attention)
                || !(branches.getLast().body() instanceof FeedForward feedForward)
                || !(stack.norm() instanceof RmsNorm(double epsilon))
                || attention.rope().isEmpty()) {
            return Optional.empty();
        }
        return HuggingFaceActivations.name(feedForward.activation()).map(activation -> {
            Config config = Config.object()
                    .with("architectures", List.of("LlamaForCausalLM"))
                    .with("model_type", MODEL_TYPE)
                    .with("vocab_size", spec.vocabulary())
                    .with("hidden_size", stack.hidden())
                    .with("intermediate_size", feedForward.width())
                    .with("num_hidden_layers", stack.layers().size())
                    .with("num_attention_heads", attention.heads())
                    .with("num_key_value_heads", attention.kvHeads())
                    .with("head_dim", attention.headDimIn(stack.hidden()))
                    .with("hidden_act", activation)
                    .with("rms_norm_eps", epsilon)
                    .with("tie_word_embeddings", Head.tied().equals(spec.heads().get(ModelSpec.HEAD)))
                    .with("attention_bias", attention.qkvBias())
                    .with("mlp_bias", feedForward.bias());
            return HuggingFaceRope.write(config, attention.rope().get(), spec.context());
        });
    }

    /** The same architecture with the width of every head said. */
    private static ModelSpec explicit(ModelSpec spec) {
        List<ModelSpec.Stack> stacks = spec.stacks().stream()
                .map(stack -> new ModelSpec.Stack(
                        stack.name(),
                        stack.hidden(),
                        stack.embedding(),
                        stack.layers().stream()
                                .map(layer -> explicit(layer, stack.hidden()))
                                .toList(),
                        stack.norm()))
                .toList();
        return new ModelSpec(spec.vocabulary(), spec.context(), stacks, spec.heads());
    }

    private static LayerSpec explicit(LayerSpec layer, int hidden) {
        if (!(layer instanceof Block(List<Branch> branches))) {
            return layer;
        }
        return new Block(branches.stream()
                .map(branch -> branch.body() instanceof SelfAttention attention
                        ? new Branch(
                                branch.name(),
                                branch.before(),
                                attention.headDim(attention.headDimIn(hidden)),
                                branch.after(),
                                branch.multiplier())
                        : branch)
                .toList());
    }
}
