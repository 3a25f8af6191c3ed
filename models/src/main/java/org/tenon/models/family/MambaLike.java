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
import org.tenon.layers.statespace.Mamba;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * What Mamba and its first relatives share: blocks of a mixer alone, and how Transformers spells them. Fields that say how weights begin
 * ({@code time_step_min} and the like), and those that choose between ways to compute the same, are ignored.
 */
abstract class MambaLike implements ModelFamily {
    /** States don't grow, so nothing in these files says how long a sequence may be; it has to be counted, though. */
    static final int CONTEXT = 1 << 20;

    /** The widest scan. */
    private static final int MOST_WIDTH = 1 << 24;

    private static final int MOST_TAPS = 16;
    private static final int MOST_STATES = 1 << 16;
    private static final int MOST_EXPANSION = 64;

    private final String modelType;
    private final String architecture;

    /**
     * @param modelType the family's name in {@code config.json}
     * @param architecture the reference's class
     */
    MambaLike(String modelType, String architecture) {
        this.modelType = modelType;
        this.architecture = architecture;
    }

    /** The family's mixer, from the usual one. */
    abstract Mamba mixer(Mamba usual, HuggingFaceFields fields);

    /** The fields that {@link #mixer} reads; nothing where the family can't say it. */
    abstract Optional<Config> write(Config config, Mamba mixer);

    @Override
    public final Set<String> modelTypes() {
        return Set.of(modelType);
    }

    @Override
    public final ModelSpec spec(Config config) {
        HuggingFaceFields fields = HuggingFaceFields.of(config);
        fields.silu("hidden_act");
        int hidden = fields.size("hidden_size", 768, Blueprint.MOST_HIDDEN);
        int expand = fields.size("expand", 2, MOST_EXPANSION);
        fields.require((long) expand * hidden <= MOST_WIDTH, "expand", "at most " + MOST_WIDTH / hidden, expand);
        Mamba usual = Mamba.of(fields.size("state_size", 16, MOST_STATES))
                .channels(expand * hidden)
                .rank(rank(config, hidden))
                .taps(fields.size("conv_kernel", 4, MOST_TAPS))
                .biases(fields.flag("use_bias", false), fields.flag("use_conv_bias", true));
        Mamba mixer = mixer(usual, fields);
        return Architecture.decoder(hidden, fields.size("vocab_size", 50_280, Blueprint.MOST_VOCABULARY))
                .context(fields.size("max_position_embeddings", CONTEXT, Blueprint.MOST_CONTEXT))
                .norm(new RmsNorm(fields.epsilon("layer_norm_epsilon", 1e-5)))
                .layers(
                        fields.size("num_hidden_layers", 32, Blueprint.MOST_LAYERS),
                        _ -> new Block(List.of(Branch.of(Block.MIXER, mixer))))
                .head(fields.tied(true) ? Head.tied() : Head.untied())
                .unchecked();
    }

    /** A number, or {@code auto} for a sixteenth of the hidden size. */
    private static int rank(Config config, int hidden) {
        return config.optional("time_step_rank")
                .filter(rank ->
                        rank.kind() != Config.Kind.TEXT || !rank.asText().equals("auto"))
                .map(rank -> (int) rank.asWhole(1, MOST_WIDTH))
                .orElse((hidden + 15) / 16);
    }

    @Override
    public final ParameterNames names(Config config, Format format) {
        ParameterNames mixer = StateSpaceNames.mamba(ParameterNames.names(), "layers.{i}.mixer");
        return StateSpaceNames.body(mixer, new HuggingFaceFields(config).tied(true));
    }

    /** Writes what the first layer says, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public final Optional<Config> config(ModelSpec spec) {
        ModelSpec explicit = Explicit.of(spec);
        return HuggingFaceFields.faithful(written(explicit), explicit, this::spec);
    }

    private Optional<Config> written(ModelSpec spec) {
        List<LayerSpec> layers = HuggingFaceFields.layers(spec);
        if (layers.isEmpty()
                || !(layers.getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 1
                || !(branches.getFirst().body() instanceof Mamba mixer)
                || !(spec.stacks().getFirst().norm() instanceof RmsNorm norm)) {
            return Optional.empty();
        }
        int hidden = spec.stacks().getFirst().hidden();
        Config config = Config.object()
                .with("architectures", List.of(architecture))
                .with("model_type", modelType)
                .with("vocab_size", spec.vocabulary())
                .with("hidden_size", hidden)
                .with("num_hidden_layers", layers.size())
                .with("state_size", mixer.states())
                .with("expand", mixer.channelsIn(hidden) / hidden)
                .with("time_step_rank", mixer.rankIn(hidden))
                .with("conv_kernel", mixer.taps())
                .with("use_bias", mixer.bias())
                .with("use_conv_bias", mixer.convBias())
                .with("hidden_act", "silu")
                .with("layer_norm_epsilon", norm.epsilon())
                .with("tie_word_embeddings", Head.tied().equals(spec.heads().get(ModelSpec.HEAD)));
        if (spec.context() != CONTEXT) {
            config = config.with("max_position_embeddings", spec.context());
        }
        return write(config, mixer);
    }
}
