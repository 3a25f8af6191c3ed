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
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.statespace.Mamba2;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * Mamba-2 (Dao and Gu 2024): state spaces in heads and nothing else. Fields, defaults and names are those of {@code Mamba2Config} and
 * {@code Mamba2ForCausalLM} in Transformers 5.23. Fields that say how weights begin, and {@code chunk_size}, which changes no result, are
 * ignored. The reference holds step sizes between {@code time_step_limit} in prompts alone; Tenon always does.
 */
public final class Mamba2Family implements ModelFamily {
    private static final String MODEL_TYPE = "mamba2";
    private static final int MOST_TAPS = 16;
    private static final int MOST_STATES = 1 << 16;
    private static final int MOST_EXPANSION = 64;

    /** Made by {@link java.util.ServiceLoader}. */
    public Mamba2Family() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        HuggingFaceFields fields = HuggingFaceFields.of(config);
        fields.silu("hidden_act");
        int hidden = fields.size("hidden_size", 4096, Blueprint.MOST_HIDDEN);
        int heads = fields.size("num_heads", 128, Blueprint.MOST_HIDDEN);
        int headDim = fields.size("head_dim", 64, Blueprint.MOST_HIDDEN);
        int expand = fields.size("expand", 2, MOST_EXPANSION);
        fields.require(
                (long) heads * headDim == (long) expand * hidden,
                "num_heads",
                (long) expand * hidden + " / head_dim, for expand * hidden_size is num_heads * head_dim",
                heads);
        int groups = fields.size("n_groups", 8, Blueprint.MOST_HIDDEN);
        fields.require(heads % groups == 0, "n_groups", "a divisor of num_heads " + heads, groups);
        double epsilon = fields.epsilon("layer_norm_epsilon", 1e-5);
        Mamba2 mixer = limited(
                Mamba2.of(fields.size("state_size", 128, MOST_STATES))
                        .headDim(headDim)
                        .heads(heads)
                        .groups(groups)
                        .taps(fields.size("conv_kernel", 4, MOST_TAPS))
                        .biases(fields.flag("use_bias", false), fields.flag("use_conv_bias", true))
                        .epsilon(epsilon),
                config);
        return Architecture.decoder(hidden, fields.size("vocab_size", 32_768, Blueprint.MOST_VOCABULARY))
                .context(fields.size("max_position_embeddings", MambaLike.CONTEXT, Blueprint.MOST_CONTEXT))
                .norm(new RmsNorm(epsilon))
                .layers(
                        fields.size("num_hidden_layers", 64, Blueprint.MOST_LAYERS),
                        _ -> new Block(List.of(Branch.of(Block.MIXER, mixer))))
                .head(fields.tied(false) ? Head.tied() : Head.untied())
                .unchecked();
    }

    /** Step sizes held between the limits that a file gives. */
    static Mamba2 limited(Mamba2 mixer, Config config) {
        return config.optional("time_step_limit")
                .map(limit -> {
                    List<Config> both = limit.asList();
                    if (both.size() != 2) {
                        throw limit.invalid("two numbers, the least and the most");
                    }
                    double least = HuggingFaceFields.limit(both.getFirst());
                    double most = HuggingFaceFields.limit(both.getLast());
                    if (least > most) {
                        throw limit.invalid("the least before the most");
                    }
                    return mixer.steps(least, most);
                })
                .orElse(mixer);
    }

    /** The field that {@link #limited} reads. */
    static List<Object> limits(Mamba2 mixer) {
        return List.of(HuggingFaceFields.limit(mixer.leastStep()), HuggingFaceFields.limit(mixer.mostStep()));
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        ParameterNames mixer = StateSpaceNames.mamba2(ParameterNames.names(), "layers.{i}.mixer");
        return StateSpaceNames.body(mixer, new HuggingFaceFields(config).tied(false));
    }

    /** Writes what the first layer says, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        ModelSpec explicit = Explicit.of(spec);
        return HuggingFaceFields.faithful(written(explicit), explicit, this::spec);
    }

    private static Optional<Config> written(ModelSpec spec) {
        List<LayerSpec> layers = HuggingFaceFields.layers(spec);
        if (layers.isEmpty()
                || !(layers.getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 1
                || !(branches.getFirst().body() instanceof Mamba2 mixer)
                || !(spec.stacks().getFirst().norm() instanceof RmsNorm norm)) {
            return Optional.empty();
        }
        int hidden = spec.stacks().getFirst().hidden();
        Config config = Config.object()
                .with("architectures", List.of("Mamba2ForCausalLM"))
                .with("model_type", MODEL_TYPE)
                .with("vocab_size", spec.vocabulary())
                .with("hidden_size", hidden)
                .with("num_hidden_layers", layers.size())
                .with("state_size", mixer.states())
                .with("num_heads", mixer.headsIn(hidden))
                .with("head_dim", mixer.headDim())
                .with("expand", mixer.headsIn(hidden) * mixer.headDim() / hidden)
                .with("n_groups", mixer.groups())
                .with("conv_kernel", mixer.taps())
                .with("use_bias", mixer.bias())
                .with("use_conv_bias", mixer.convBias())
                .with("time_step_limit", limits(mixer))
                .with("hidden_act", "silu")
                .with("layer_norm_epsilon", norm.epsilon())
                .with("tie_word_embeddings", Head.tied().equals(spec.heads().get(ModelSpec.HEAD)));
        return Optional.of(
                spec.context() == MambaLike.CONTEXT ? config : config.with("max_position_embeddings", spec.context()));
    }
}
