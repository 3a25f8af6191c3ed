package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.experts.Experts;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.statespace.Mamba;
import org.tenon.layers.statespace.Mamba.SelectionNorm;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * Jamba (Lieber et al. 2024): Mamba in most layers, whose scan is steered by normalised projections, and attention without positions in one
 * layer of each period; after either a gated feed-forward layer, or in one layer of each period of another length experts, whose weights don't
 * add up to one. Fields, defaults and names are those of
 * {@code JambaConfig} and {@code JambaForCausalLM} in Transformers 5.23.
 */
public final class Jamba implements ModelFamily {
    private static final String MODEL_TYPE = "jamba";
    private static final int MOST_WIDTH = 1 << 24;
    private static final int MOST_EXPERTS = 1 << 16;
    private static final int MOST_TAPS = 16;
    private static final int MOST_STATES = 1 << 16;
    private static final int MOST_EXPANSION = 64;

    /** Made by {@link java.util.ServiceLoader}. */
    public Jamba() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        HuggingFaceFields fields = HuggingFaceFields.of(config);
        fields.silu("hidden_act");
        int experts = fields.size("num_experts", 16, MOST_EXPERTS);
        int hidden = fields.size("hidden_size", 4096, Blueprint.MOST_HIDDEN);
        Every attended = Every.read(fields, "attn_layer", 8, 4);
        Every routed = Every.read(fields, "expert_layer", 2, 1);
        double epsilon = fields.epsilon("rms_norm_eps", 1e-6);
        SelfAttention attention = Hybrid.attention(fields, hidden);
        Mamba mixer = mixer(fields, config, hidden, epsilon);
        FeedForward feedForward = FeedForward.gated(
                fields.size("intermediate_size", 14_336, MOST_WIDTH),
                HuggingFaceActivations.read(config, "hidden_act", "silu"));
        int chosen = fields.size("num_experts_per_tok", Math.min(2, experts), experts);
        LayerSpec mixture = experts == 1
                ? feedForward
                : Experts.of(experts, feedForward).topK(chosen).renormalised(false);
        return Architecture.decoder(hidden, fields.size("vocab_size", 65_536, Blueprint.MOST_VOCABULARY))
                .context(fields.size("max_position_embeddings", 262_144, Blueprint.MOST_CONTEXT))
                .norm(new RmsNorm(epsilon))
                .layers(
                        fields.size("num_hidden_layers", 32, Blueprint.MOST_LAYERS),
                        i -> Block.of(attended.has(i) ? attention : mixer, routed.has(i) ? mixture : feedForward))
                .head(fields.tied(false) ? Head.tied() : Head.untied())
                .unchecked();
    }

    /** One layer of each period. */
    private record Every(int period, int offset) {
        static Every read(HuggingFaceFields fields, String layers, int period, int offset) {
            int length = fields.size(layers + "_period", period, Blueprint.MOST_LAYERS);
            String key = layers + "_offset";
            int place = fields.config()
                    .optional(key)
                    .map(value -> (int) value.asWhole(0, Blueprint.MOST_LAYERS))
                    .orElse(offset);
            fields.require(place < length, key, "less than " + layers + "_period " + length, place);
            return new Every(length, place);
        }

        /** What the first two of these layers say; beyond all layers where there is none. */
        static Every of(List<Integer> layers, int all) {
            int offset = layers.isEmpty() ? all : layers.getFirst();
            return new Every(layers.size() < 2 ? all + 1 : layers.get(1) - offset, offset);
        }

        boolean has(int layer) {
            return layer % period == offset;
        }
    }

    private static Mamba mixer(HuggingFaceFields fields, Config config, int hidden, double epsilon) {
        int expand = fields.size("mamba_expand", 2, MOST_EXPANSION);
        fields.require((long) expand * hidden <= MOST_WIDTH, "mamba_expand", "at most " + MOST_WIDTH / hidden, expand);
        int rank = config.optional("mamba_dt_rank")
                .filter(given ->
                        given.kind() != Config.Kind.TEXT || !given.asText().equals("auto"))
                .map(given -> (int) given.asWhole(1, MOST_WIDTH))
                .orElse((hidden + 15) / 16);
        return Mamba.of(fields.size("mamba_d_state", 16, MOST_STATES))
                .channels(expand * hidden)
                .rank(rank)
                .taps(fields.size("mamba_d_conv", 4, MOST_TAPS))
                .biases(fields.flag("mamba_proj_bias", false), fields.flag("mamba_conv_bias", true))
                .norm(new SelectionNorm(epsilon, true));
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        String experts = "layers.{i}.feed_forward.";
        String path = "layers.{i}.channels.";
        ParameterNames layers = StateSpaceNames.mamba(ParameterNames.names(), "layers.{i}.mamba")
                .map(experts + "router.weight", path + "router.weight")
                .bundle(experts + "experts.{e}.{gate,up,down}_proj.weight", path + "experts.{gate,up,down}")
                .joinEach(experts + "experts.gate_up_proj", path + "experts.gate", path + "experts.up")
                .map(experts + "experts.down_proj", path + "experts.down");
        return StateSpaceNames.hybrid(layers, new HuggingFaceFields(config).tied(false));
    }

    /** Writes what the layers say, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        ModelSpec explicit = Explicit.of(spec);
        return HuggingFaceFields.faithful(
                Hybrid.of(explicit, Mamba.class).flatMap(hybrid -> written(explicit, hybrid)), explicit, this::spec);
    }

    private static Optional<Config> written(ModelSpec spec, Hybrid<Mamba> hybrid) {
        List<LayerSpec> layers = HuggingFaceFields.layers(spec);
        int hidden = spec.stacks().getFirst().hidden();
        Mamba mixer = hybrid.mixer();
        Every attended = Every.of(hybrid.attended(), layers.size());
        Every routed = Every.of(hybrid.routed(), layers.size());
        return hybrid.attention()
                .map(attention -> Config.object()
                        .with("architectures", List.of("JambaForCausalLM"))
                        .with("model_type", MODEL_TYPE)
                        .with("vocab_size", spec.vocabulary())
                        .with("hidden_size", hidden)
                        .with("intermediate_size", hybrid.feedForward().width())
                        .with("num_hidden_layers", layers.size())
                        .with("num_attention_heads", attention.heads())
                        .with("num_key_value_heads", attention.kvHeads())
                        .with("attn_layer_period", attended.period())
                        .with("attn_layer_offset", attended.offset())
                        .with("expert_layer_period", routed.period())
                        .with("expert_layer_offset", routed.offset())
                        .with(
                                "num_experts",
                                hybrid.experts().map(Experts::experts).orElse(1))
                        .with(
                                "num_experts_per_tok",
                                hybrid.experts().map(Experts::topK).orElse(1))
                        .with("hidden_act", "silu")
                        .with("rms_norm_eps", hybrid.epsilon())
                        .with("max_position_embeddings", spec.context())
                        .with("mamba_d_state", mixer.states())
                        .with("mamba_d_conv", mixer.taps())
                        .with("mamba_expand", mixer.channelsIn(hidden) / hidden)
                        .with("mamba_dt_rank", mixer.rankIn(hidden))
                        .with("mamba_conv_bias", mixer.convBias())
                        .with("mamba_proj_bias", mixer.bias())
                        .with(
                                "tie_word_embeddings",
                                Head.tied().equals(spec.heads().get(ModelSpec.HEAD))));
    }
}
