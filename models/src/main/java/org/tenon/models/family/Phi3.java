package org.tenon.models.family;

import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.config.Config;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.position.LongRopeScaling;
import org.tenon.layers.position.Rope;
import org.tenon.layers.position.Scaling;
import org.tenon.layers.position.Unscaled;

/**
 * Phi-3 and Phi-4 (Abdin et al. 2024): Llama whose queries, keys and values are one tensor of the checkpoint and gate and up another, with a
 * sliding window in every layer where {@code sliding_window} is given, and positions that may turn a part of a head. Fields, defaults and names
 * are those of {@code Phi3Config} and {@code Phi3ForCausalLM} in Transformers 5.23.
 */
public final class Phi3 extends LlamaLike {
    private static final String ORIGINAL = "original_max_position_embeddings";
    private static final String PART = "partial_rotary_factor";
    private static final int DEFAULT_ORIGINAL = 4096;

    private static final Config DEFAULTS = Config.object()
            .with("vocab_size", 32_064)
            .with("hidden_size", 3072)
            .with("intermediate_size", 8192)
            .with("num_hidden_layers", 32)
            .with("num_attention_heads", 32)
            .with("max_position_embeddings", 4096)
            .with("rms_norm_eps", 1e-5);

    /** Made by {@link java.util.ServiceLoader}. */
    public Phi3() {
        super("phi3", "Phi3ForCausalLM", DEFAULTS);
    }

    @Override
    SelfAttention attention(SelfAttention usual, Config config) {
        return usual;
    }

    /** No token pads: the reference's own default is an id that a smaller vocabulary doesn't have, and it refuses that. */
    @Override
    Config write(Config config, SelfAttention attention) {
        return config.with("pad_token_id", Config.nothing());
    }

    /** LongRoPE goes by three names, and the length that a model was trained on stands outside, whatever the positions themselves say. */
    @Override
    HuggingFaceRope rope(Config config, int positions) {
        Config dict = HuggingFaceRope.dict(config);
        double theta = HuggingFaceRope.first("rope_theta", dict, config)
                .map(HuggingFaceRope::positive)
                .orElse(HuggingFaceRope.DEFAULT_THETA);
        double part = HuggingFaceRope.first(PART, dict, config)
                .map(HuggingFaceRope::positive)
                .orElse(1.0);
        int original = config.optional(ORIGINAL).map(HuggingFaceRope::length).orElse(DEFAULT_ORIGINAL);
        Optional<Config> named = dict.optional("rope_type").or(() -> dict.optional("type"));
        Scaling scaling = switch (named.map(Config::asText).orElse("default")) {
            case "default" -> new Unscaled();
            case "longrope", "su", "yarn" -> HuggingFaceRope.longRope(dict, original, positions);
            default ->
                throw named.orElseThrow()
                        .invalid("a kind of positions that this family has: default or longrope (once called su"
                                + " or yarn)");
        };
        return new HuggingFaceRope(Rope.of(theta).fraction(part).scaling(scaling), positions);
    }

    @Override
    Config write(Config config, Rope rope, int context) {
        Config dict = Config.object().with("rope_theta", rope.theta()).with(PART, rope.fraction());
        Config sized = config.with("max_position_embeddings", context);
        return rope.scaling() instanceof LongRopeScaling longRope
                ? sized.with(ORIGINAL, longRope.original())
                        .with(
                                "rope_parameters",
                                dict.with("rope_type", "longrope")
                                        .with("short_factor", longRope.shortFactors())
                                        .with("long_factor", longRope.longFactors())
                                        .with("attention_factor", longRope.attentionFactor()))
                : sized.with("rope_parameters", dict.with("rope_type", "default"));
    }

    @Override
    SlidingWindows windows() {
        return new SlidingWindows.Everywhere(OptionalInt.empty());
    }

    @Override
    ParameterNames projections(ParameterNames names) {
        return names.join(
                        "layers.{i}.self_attn.qkv_proj.weight",
                        "layers.{i}.mixer.qkv.q.weight",
                        "layers.{i}.mixer.qkv.k.weight",
                        "layers.{i}.mixer.qkv.v.weight")
                .join(
                        "layers.{i}.mlp.gate_up_proj.weight",
                        "layers.{i}.channels.gateUp.gate.weight",
                        "layers.{i}.channels.gateUp.up.weight");
    }
}
