package org.tenon.models.family;

import java.util.OptionalInt;
import org.tenon.api.config.Config;
import org.tenon.layers.attention.SelfAttention;

/**
 * Mistral (Jiang et al. 2023): Llama without biases, with a sliding window in every layer where {@code sliding_window} isn't null. Fields,
 * defaults and names are those of {@code MistralConfig} and {@code MistralForCausalLM} in Transformers 5.23.
 */
public final class Mistral extends LlamaLike {
    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 32_000)
            .with("hidden_size", 4096)
            .with("intermediate_size", 14_336)
            .with("num_hidden_layers", 32)
            .with("num_attention_heads", 32)
            .with("num_key_value_heads", 8)
            .with("max_position_embeddings", 131_072);

    /** Made by {@link java.util.ServiceLoader}. */
    public Mistral() {
        super("mistral", "MistralForCausalLM", DEFAULTS);
    }

    @Override
    SelfAttention attention(SelfAttention usual, Config config) {
        return usual;
    }

    @Override
    Config write(Config config, SelfAttention attention) {
        return config;
    }

    @Override
    SlidingWindows windows() {
        return new SlidingWindows.Everywhere(OptionalInt.of(4096));
    }
}
