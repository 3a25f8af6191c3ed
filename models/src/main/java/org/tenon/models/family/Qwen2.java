package org.tenon.models.family;

import org.tenon.api.config.Config;
import org.tenon.layers.attention.SelfAttention;

/**
 * Qwen 2 and 2.5 (Yang et al. 2024): Llama with biases for queries, keys and values, and a sliding window in some layers where
 * {@code use_sliding_window} says so. Fields, defaults and names are those of {@code Qwen2Config} and {@code Qwen2ForCausalLM} in
 * Transformers 5.23.
 */
public final class Qwen2 extends LlamaLike {
    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 151_936)
            .with("hidden_size", 4096)
            .with("intermediate_size", 22_016)
            .with("num_hidden_layers", 32)
            .with("num_attention_heads", 32)
            .with("num_key_value_heads", 32)
            .with("max_position_embeddings", 32_768);

    /** Made by {@link java.util.ServiceLoader}. */
    public Qwen2() {
        super("qwen2", "Qwen2ForCausalLM", DEFAULTS);
    }

    @Override
    SelfAttention attention(SelfAttention usual, Config config) {
        return usual.biases(true, false);
    }

    @Override
    Config write(Config config, SelfAttention attention) {
        return config;
    }

    @Override
    SlidingWindows windows() {
        return new SlidingWindows.ByLayer();
    }
}
