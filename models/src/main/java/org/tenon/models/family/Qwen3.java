package org.tenon.models.family;

import org.tenon.api.config.Config;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;

/**
 * Qwen 3, dense (Yang et al. 2025): Llama with an RMS norm over each head of queries and keys, and a sliding window in some layers where
 * {@code use_sliding_window} says so. Fields, defaults and names are those of {@code Qwen3Config} and {@code Qwen3ForCausalLM} in
 * Transformers 5.23.
 */
public final class Qwen3 extends LlamaLike {
    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 151_936)
            .with("hidden_size", 4096)
            .with("intermediate_size", 22_016)
            .with("num_hidden_layers", 32)
            .with("num_attention_heads", 32)
            .with("num_key_value_heads", 32)
            .with("head_dim", 128)
            .with("max_position_embeddings", 32_768);

    /** Made by {@link java.util.ServiceLoader}. */
    public Qwen3() {
        super("qwen3", "Qwen3ForCausalLM", DEFAULTS);
    }

    @Override
    SelfAttention attention(SelfAttention usual, Config config) {
        boolean bias = config.flag("attention_bias", false);
        return usual.biases(bias, bias).headNorm(epsilon(config));
    }

    @Override
    Config write(Config config, SelfAttention attention) {
        return config.with("attention_bias", attention.qkvBias());
    }

    @Override
    SlidingWindows windows() {
        return new SlidingWindows.ByLayer();
    }

    @Override
    ParameterNames norms(ParameterNames names) {
        return super.norms(names).map("layers.{i}.self_attn.{q,k}_norm.weight", "layers.{i}.mixer.{q,k}Norm.weight");
    }
}
