package org.tenon.models.family;

import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;

/**
 * Gemma 2 (Gemma Team 2024): Llama with a norm before and after each branch, norms stored as their distance from one, an embedding
 * multiplied by the root of the hidden size, capped scores and logits, and a sliding window in every other layer. Fields, defaults and names are
 * those of {@code Gemma2Config} and {@code Gemma2ForCausalLM} in Transformers 5.23.
 */
public final class Gemma2 extends LlamaLike {
    private static final String SCORES = "attn_logit_softcapping";
    private static final String LOGITS = "final_logit_softcapping";
    private static final String SCALE = "query_pre_attn_scalar";
    private static final double DEFAULT_SCALE = 256;

    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 256_000)
            .with("hidden_size", 2304)
            .with("intermediate_size", 9216)
            .with("num_hidden_layers", 26)
            .with("num_attention_heads", 8)
            .with("num_key_value_heads", 4)
            .with("head_dim", 256)
            .with("hidden_activation", "gelu_pytorch_tanh")
            .with("max_position_embeddings", 8192)
            .with("tie_word_embeddings", true);

    /** Made by {@link java.util.ServiceLoader}. */
    public Gemma2() {
        super("gemma2", "Gemma2ForCausalLM", DEFAULTS);
    }

    @Override
    SelfAttention attention(SelfAttention usual, Config config) {
        if (config.flag("use_bidirectional_attention", false)) {
            throw config.child("use_bidirectional_attention")
                    .invalid("false: a model whose tokens see those after them doesn't generate");
        }
        boolean bias = config.flag("attention_bias", false);
        double scalar = config.optional(SCALE)
                .map(value -> (double) value.asWhole(1, Integer.MAX_VALUE))
                .orElse(DEFAULT_SCALE);
        SelfAttention scaled = usual.biases(bias, bias).scale(1 / Math.sqrt(scalar));
        return cap(config, SCORES, 50).map(scaled::softCap).orElse(scaled);
    }

    @Override
    Config write(Config config, SelfAttention attention) {
        double scale = attention.scale().orElse(0);
        Config scaled = scale > 0 ? config.with(SCALE, Math.round(1 / (scale * scale))) : config;
        return withCap(
                scaled.with("attention_bias", attention.qkvBias()),
                SCORES,
                attention.softCap().stream().boxed().findFirst());
    }

    @Override
    Block block(SelfAttention attention, LayerSpec channels, Config config) {
        RmsNorm norm = norm(config);
        return new Block(Block.of(attention, channels).branches().stream()
                .map(branch -> branch.before(norm).after(norm))
                .toList());
    }

    @Override
    RmsNorm norm(Config config) {
        return new RmsNorm(epsilon(config), true);
    }

    @Override
    Architecture architecture(Architecture usual, Config config) {
        Head head = tied(config) ? Head.tied() : Head.untied();
        int hidden = config.positive("hidden_size", DEFAULTS.positive("hidden_size"));
        return usual.embedding(new Embedding(Math.sqrt(hidden)))
                .head(cap(config, LOGITS, 30).map(head::softCap).orElse(head));
    }

    @Override
    Config write(Config config, ModelSpec spec) {
        return withCap(
                config,
                LOGITS,
                spec.heads().get(ModelSpec.HEAD) instanceof Head head
                        ? head.softCap().stream().boxed().findFirst()
                        : Optional.empty());
    }

    /** What is capped where the file doesn't say; null is no cap. */
    private static Optional<Double> cap(Config config, String key, double otherwise) {
        if (!config.keys().contains(key)) {
            return Optional.of(otherwise);
        }
        return config.optional(key).map(value -> {
            double cap = value.asDecimal();
            require(
                    cap >= Float.MIN_NORMAL && cap <= Float.MAX_VALUE,
                    config,
                    key,
                    "a positive number, or null for no cap",
                    cap);
            return cap;
        });
    }

    private static Config withCap(Config config, String key, Optional<Double> cap) {
        return cap.isPresent() ? config.with(key, cap.get()) : config.with(key, Config.nothing());
    }

    @Override
    String activationKey() {
        return "hidden_activation";
    }

    @Override
    SlidingWindows windows() {
        return new SlidingWindows.Alternating(4096);
    }

    @Override
    boolean headsDivideHidden() {
        return true;
    }

    @Override
    ParameterNames norms(ParameterNames names) {
        return names.map("layers.{i}.input_layernorm.weight", "layers.{i}.mixerNorm.weight")
                .map("layers.{i}.post_attention_layernorm.weight", "layers.{i}.mixerPostNorm.weight")
                .map("layers.{i}.pre_feedforward_layernorm.weight", "layers.{i}.channelsNorm.weight")
                .map("layers.{i}.post_feedforward_layernorm.weight", "layers.{i}.channelsPostNorm.weight");
    }
}
