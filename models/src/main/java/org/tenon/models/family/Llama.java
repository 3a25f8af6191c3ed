package org.tenon.models.family;

import org.tenon.api.config.Config;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.feedforward.FeedForward;

/**
 * Llama 1 to 3.x (Touvron et al. 2023, 2023; Grattafiori et al. 2024): pre-norm blocks of grouped-query attention with rotary positions and
 * a gated feed-forward layer. Fields, defaults and names are those of {@code LlamaConfig} and {@code LlamaForCausalLM} in Transformers 5.23;
 * fields that it ignores, such as {@code pretraining_tp} and {@code initializer_range}, are ignored.
 */
public final class Llama extends LlamaLike {
    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 32_000)
            .with("hidden_size", 4096)
            .with("intermediate_size", 11_008)
            .with("num_hidden_layers", 32)
            .with("num_attention_heads", 32)
            .with("max_position_embeddings", 2048);

    /** Made by {@link java.util.ServiceLoader}. */
    public Llama() {
        super("llama", "LlamaForCausalLM", DEFAULTS);
    }

    @Override
    SelfAttention attention(SelfAttention usual, Config config) {
        boolean bias = config.flag("attention_bias", false);
        return usual.biases(bias, bias);
    }

    @Override
    Config write(Config config, SelfAttention attention) {
        return config.with("attention_bias", attention.qkvBias());
    }

    @Override
    FeedForward feedForward(FeedForward usual, Config config) {
        return usual.bias(config.flag("mlp_bias", false));
    }

    @Override
    Config write(Config config, FeedForward feedForward) {
        return config.with("mlp_bias", feedForward.bias());
    }

    @Override
    boolean headsDivideHidden() {
        return true;
    }
}
