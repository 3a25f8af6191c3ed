package org.tenon.models.family;

import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.experts.Experts;
import org.tenon.layers.feedforward.FeedForward;

/**
 * Mixtral (Jiang et al. 2024): Mistral whose feed-forward layers are experts, of which each row goes to a few. Fields, defaults and names
 * are those of {@code MixtralConfig} and {@code MixtralForCausalLM} in Transformers 5.23, which writes an expert's matrices one by one as
 * all published checkpoints have them, and reads and writes them all in one tensor as well.
 */
public final class Mixtral extends LlamaLike {
    /** The most experts that a layer may have. */
    private static final int MOST_EXPERTS = 1 << 16;

    private static final int EXPERTS = 8;
    private static final int CHOSEN = 2;

    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 32_000)
            .with("hidden_size", 4096)
            .with("intermediate_size", 14_336)
            .with("num_hidden_layers", 32)
            .with("num_attention_heads", 32)
            .with("num_key_value_heads", 8)
            .with("max_position_embeddings", 131_072)
            .with("rms_norm_eps", 1e-5)
            .with("rope_theta", 1_000_000.0);

    /** Made by {@link java.util.ServiceLoader}. */
    public Mixtral() {
        super("mixtral", "MixtralForCausalLM", DEFAULTS);
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
    LayerSpec channels(FeedForward feedForward, Config config) {
        int experts = config.optional("num_local_experts")
                .or(() -> config.optional("num_experts"))
                .map(value -> (int) value.asWhole(1, MOST_EXPERTS))
                .orElse(EXPERTS);
        int chosen = config.optional("num_experts_per_tok")
                .map(value -> (int) value.asWhole(1, experts))
                .orElse(CHOSEN);
        return Experts.of(experts, feedForward).topK(chosen);
    }

    @Override
    Optional<FeedForward> feedForward(LayerSpec channels) {
        return channels instanceof Experts experts ? Optional.of(experts.expert()) : Optional.empty();
    }

    @Override
    Config writeChannels(Config config, LayerSpec channels) {
        return channels instanceof Experts experts
                ? config.with("num_local_experts", experts.experts()).with("num_experts_per_tok", experts.topK())
                : config;
    }

    @Override
    SlidingWindows windows() {
        return new SlidingWindows.Everywhere(OptionalInt.empty());
    }

    @Override
    ParameterNames projections(ParameterNames names) {
        String published = "layers.{i}.block_sparse_moe.";
        String joined = "layers.{i}.mlp.";
        String path = "layers.{i}.channels.";
        return super.projections(names)
                .map(published + "gate.weight", path + "router.weight")
                .bundle(published + "experts.{e}.{w1,w3,w2}.weight", path + "experts.{gate,up,down}")
                .map(joined + "gate.weight", path + "router.weight")
                .joinEach(joined + "experts.gate_up_proj", path + "experts.gate", path + "experts.up")
                .map(joined + "experts.down_proj", path + "experts.down");
    }
}
