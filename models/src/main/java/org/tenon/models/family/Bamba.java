package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.position.Rope;
import org.tenon.layers.statespace.Mamba2;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * Bamba (IBM, Princeton and UIUC 2024): Mamba-2 in most layers and attention in a few, half of whose columns turn with the position, each
 * before a gated feed-forward layer. Fields, defaults and names are those of {@code BambaConfig} and {@code BambaForCausalLM} in
 * Transformers 5.23.
 */
public final class Bamba implements ModelFamily {
    private static final String MODEL_TYPE = "bamba";

    /** Of a head's columns, as the reference has it whatever a file says. */
    private static final double TURNED = 0.5;

    private static final int MOST_WIDTH = 1 << 24;
    private static final int MOST_TAPS = 16;
    private static final int MOST_STATES = 1 << 16;
    private static final int MOST_EXPANSION = 64;

    /** Made by {@link java.util.ServiceLoader}. */
    public Bamba() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        HuggingFaceFields fields = HuggingFaceFields.of(config);
        fields.silu("hidden_act");
        int hidden = fields.size("hidden_size", 4096, Blueprint.MOST_HIDDEN);
        int layers = fields.size("num_hidden_layers", 32, Blueprint.MOST_LAYERS);
        double epsilon = fields.epsilon("rms_norm_eps", 1e-5);
        HuggingFaceRope rope =
                HuggingFaceRope.read(config, fields.size("max_position_embeddings", 262_144, Blueprint.MOST_CONTEXT));
        Set<Integer> attended = config.optional("attn_layer_indices").map(Config::asList).orElse(List.of()).stream()
                .map(index -> (int) index.asWhole(0, layers - 1))
                .collect(Collectors.toSet());
        SelfAttention attention = attention(fields, config, hidden, rope);
        Mamba2 mixer = mixer(fields, config, hidden, epsilon);
        FeedForward feedForward = FeedForward.gated(
                        fields.size("intermediate_size", 14_336, MOST_WIDTH),
                        HuggingFaceActivations.read(config, "hidden_act", "silu"))
                .bias(fields.flag("mlp_bias", false));
        return Architecture.decoder(hidden, fields.size("vocab_size", 128_000, Blueprint.MOST_VOCABULARY))
                .context(rope.context())
                .norm(new RmsNorm(epsilon))
                .layers(layers, i -> Block.of(attended.contains(i) ? attention : mixer, feedForward))
                .head(fields.tied(false) ? Head.tied() : Head.untied())
                .unchecked();
    }

    private static SelfAttention attention(HuggingFaceFields fields, Config config, int hidden, HuggingFaceRope rope) {
        SelfAttention plain = Hybrid.attention(fields, hidden);
        boolean bias = fields.flag("attention_bias", false);
        Rope turned = rope.rope().fraction(TURNED);
        HuggingFaceRope.check(turned, rope.context(), plain.headDimIn(hidden), config);
        return plain.biases(bias, bias).rope(turned);
    }

    private static Mamba2 mixer(HuggingFaceFields fields, Config config, int hidden, double epsilon) {
        int heads = fields.size("mamba_n_heads", 128, Blueprint.MOST_HIDDEN);
        int channels = hidden * fields.size("mamba_expand", 2, MOST_EXPANSION);
        fields.require(
                channels > 0 && channels % heads == 0,
                "mamba_n_heads",
                "a divisor of mamba_expand * hidden_size " + channels,
                heads);
        int headDim = config.optional("mamba_d_head")
                .filter(width ->
                        width.kind() != Config.Kind.TEXT || !width.asText().equals("auto"))
                .map(width -> (int) width.asWhole(1, MOST_WIDTH))
                .orElse(channels / heads);
        fields.require(
                (long) heads * headDim == channels,
                "mamba_d_head",
                channels / heads + " for " + heads + " heads",
                headDim);
        int groups = fields.size("mamba_n_groups", 1, Blueprint.MOST_HIDDEN);
        fields.require(heads % groups == 0, "mamba_n_groups", "a divisor of mamba_n_heads " + heads, groups);
        Mamba2 mixer = Mamba2.of(fields.size("mamba_d_state", 256, MOST_STATES))
                .headDim(headDim)
                .heads(heads)
                .groups(groups)
                .taps(fields.size("mamba_d_conv", 4, MOST_TAPS))
                .biases(fields.flag("mamba_proj_bias", false), fields.flag("mamba_conv_bias", true))
                .epsilon(epsilon);
        return Mamba2Family.limited(mixer, config);
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        ParameterNames mixer = StateSpaceNames.mamba2(ParameterNames.names(), "layers.{i}.mamba");
        return StateSpaceNames.hybrid(mixer, new HuggingFaceFields(config).tied(false))
                .ignore(".*rotary_emb\\.inv_freq.*");
    }

    /** Writes what the layers say, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        ModelSpec explicit = Explicit.of(spec);
        return HuggingFaceFields.faithful(
                Hybrid.of(explicit, Mamba2.class).flatMap(hybrid -> written(explicit, hybrid)), explicit, this::spec);
    }

    private static Optional<Config> written(ModelSpec spec, Hybrid<Mamba2> hybrid) {
        List<LayerSpec> layers = HuggingFaceFields.layers(spec);
        int hidden = spec.stacks().getFirst().hidden();
        Mamba2 mixer = hybrid.mixer();
        FeedForward feedForward = hybrid.feedForward();
        if (hybrid.attention().isEmpty() || hybrid.attention().get().rope().isEmpty()) {
            return Optional.empty(); // without attention nobody says how many heads it would have
        }
        SelfAttention attention = hybrid.attention().get();
        Config config = Config.object()
                .with("architectures", List.of("BambaForCausalLM"))
                .with("model_type", MODEL_TYPE)
                .with("vocab_size", spec.vocabulary())
                .with("hidden_size", hidden)
                .with("intermediate_size", feedForward.width())
                .with("num_hidden_layers", layers.size())
                .with("num_attention_heads", attention.heads())
                .with("num_key_value_heads", attention.kvHeads())
                .with("attn_layer_indices", hybrid.attended())
                .with("attention_bias", attention.qkvBias())
                .with("mlp_bias", feedForward.bias())
                .with("hidden_act", "silu")
                .with("rms_norm_eps", hybrid.epsilon())
                .with("mamba_n_heads", mixer.headsIn(hidden))
                .with("mamba_d_head", mixer.headDim())
                .with("mamba_expand", mixer.headsIn(hidden) * mixer.headDim() / hidden)
                .with("mamba_n_groups", mixer.groups())
                .with("mamba_d_state", mixer.states())
                .with("mamba_d_conv", mixer.taps())
                .with("mamba_conv_bias", mixer.convBias())
                .with("mamba_proj_bias", mixer.bias())
                .with("time_step_limit", Mamba2Family.limits(mixer))
                .with("tie_word_embeddings", Head.tied().equals(spec.heads().get(ModelSpec.HEAD)));
        return Optional.of(HuggingFaceRope.write(config, attention.rope().get(), spec.context()));
    }
}
