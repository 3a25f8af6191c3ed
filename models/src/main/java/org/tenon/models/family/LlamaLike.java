package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.position.Rope;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * What Llama and its relatives share: pre-norm blocks of grouped-query attention with rotary positions and a gated feed-forward layer, and
 * how Transformers spells them. A family gives its defaults and says where it differs. Fields that the reference ignores, such as
 * {@code initializer_range}, are ignored.
 */
abstract class LlamaLike implements ModelFamily {
    /** The widest feed-forward layer. */
    private static final int MOST_WIDTH = 1 << 24;

    private final String modelType;
    private final String architecture;
    private final Config defaults;

    /**
     * @param modelType the family's name in {@code config.json}
     * @param architecture the reference's class
     * @param defaults the fields of its configuration as they are where a file doesn't say
     */
    LlamaLike(String modelType, String architecture, Config defaults) {
        this.modelType = modelType;
        this.architecture = architecture;
        this.defaults = defaults;
    }

    // ---- where families differ

    /** The family's attention, from one with its heads and positions. */
    abstract SelfAttention attention(SelfAttention usual, Config config);

    /** The fields that {@link #attention} reads. */
    abstract Config write(Config config, SelfAttention attention);

    /** The family's feed-forward layer, from one without biases. */
    FeedForward feedForward(FeedForward usual, Config config) {
        return usual;
    }

    /** The fields that {@link #feedForward} reads. */
    Config write(Config config, FeedForward feedForward) {
        return config;
    }

    /** What works on each row by itself, made of the feed-forward layer. */
    LayerSpec channels(FeedForward feedForward, Config config) {
        return feedForward;
    }

    /** The feed-forward layer that {@link #channels} are made of; nothing where the family doesn't make them so. */
    Optional<FeedForward> feedForward(LayerSpec channels) {
        return channels instanceof FeedForward feedForward ? Optional.of(feedForward) : Optional.empty();
    }

    /** The fields that {@link #channels} reads. */
    Config writeChannels(Config config, LayerSpec channels) {
        return config;
    }

    /** A layer of the two. */
    Block block(SelfAttention attention, LayerSpec channels, Config config) {
        return Block.of(attention, channels);
    }

    /** The norm of rows. */
    RmsNorm norm(Config config) {
        return new RmsNorm(epsilon(config));
    }

    /** The family's architecture, from one with its layers. */
    Architecture architecture(Architecture usual, Config config) {
        return usual;
    }

    /** The fields that {@link #architecture} reads. */
    Config write(Config config, ModelSpec spec) {
        return config;
    }

    /** The field that names the activation. */
    String activationKey() {
        return "hidden_act";
    }

    /** Positions, and the longest sequence that goes with them. */
    HuggingFaceRope rope(Config config, int positions) {
        return HuggingFaceRope.read(config, positions, defaults.decimal("rope_theta", HuggingFaceRope.DEFAULT_THETA));
    }

    /** The fields that {@link #rope} reads. */
    Config write(Config config, Rope rope, int context) {
        return HuggingFaceRope.write(config, rope, context);
    }

    /** Which layers see only the last keys. */
    SlidingWindows windows() {
        return new SlidingWindows.None();
    }

    /** Whether the reference refuses heads that don't divide the hidden size although {@code head_dim} is given. */
    boolean headsDivideHidden() {
        return false;
    }

    // ---- config.json -> architecture

    @Override
    public final Set<String> modelTypes() {
        return Set.of(modelType);
    }

    @Override
    public final ModelSpec spec(Config config) {
        HuggingFaceFields.refuseQuantised(config);
        int hidden = size(config, "hidden_size", Blueprint.MOST_HIDDEN);
        int heads = size(config, "num_attention_heads", Blueprint.MOST_HIDDEN);
        int kvHeads = orDefaultUnlessNull(config, "num_key_value_heads")
                .map(value -> (int) value.asWhole(1, Blueprint.MOST_HIDDEN))
                .orElse(heads);
        int headDim = headDim(config, hidden, heads);
        require(
                heads % kvHeads == 0,
                config,
                "num_key_value_heads",
                "a divisor of num_attention_heads " + heads,
                kvHeads);
        require(headDim % 2 == 0, config, "head_dim", "even, for rotary positions turn pairs of columns", headDim);
        require(
                (long) heads * headDim <= MOST_WIDTH,
                config,
                "head_dim",
                "at most " + MOST_WIDTH / heads + " for " + heads + " heads",
                headDim);
        HuggingFaceRope rope = rope(config, size(config, "max_position_embeddings", Blueprint.MOST_CONTEXT));
        HuggingFaceRope.check(rope.rope(), rope.context(), headDim, config);
        int layers = size(config, "num_hidden_layers", Blueprint.MOST_LAYERS);
        List<OptionalInt> windows = windows().read(config, layers);

        SelfAttention attention = attention(
                SelfAttention.of(heads).kvHeads(kvHeads).headDim(headDim).rope(rope.rope()), config);
        FeedForward feedForward = feedForward(
                FeedForward.gated(
                        size(config, "intermediate_size", MOST_WIDTH),
                        HuggingFaceActivations.read(config, activationKey(), defaults.text(activationKey(), "silu"))),
                config);
        Architecture usual = Architecture.decoder(hidden, size(config, "vocab_size", Blueprint.MOST_VOCABULARY))
                .context(rope.context())
                .norm(norm(config))
                .layers(layers, i -> block(limited(attention, windows.get(i)), channels(feedForward, config), config))
                .head(tied(config) ? Head.tied() : Head.untied());
        return architecture(usual, config).unchecked();
    }

    private int headDim(Config config, int hidden, int heads) {
        Optional<Config> given = config.optional("head_dim").or(() -> defaults.optional("head_dim"));
        require(
                hidden % heads == 0 || (given.isPresent() && !headsDivideHidden()),
                config,
                "num_attention_heads",
                "a divisor of hidden_size " + hidden,
                heads);
        return given.map(value -> (int) value.asWhole(1, Blueprint.MOST_HIDDEN)).orElse(hidden / heads);
    }

    private static SelfAttention limited(SelfAttention attention, OptionalInt window) {
        return window.isPresent() ? attention.window(window.getAsInt()) : attention;
    }

    private int size(Config config, String key, int most) {
        return (int) config.optional(key).orElseGet(() -> defaults.child(key)).asWhole(1, most);
    }

    /** A field whose null means something in the reference. */
    private Optional<Config> orDefaultUnlessNull(Config config, String key) {
        return config.keys().contains(key) ? config.optional(key) : defaults.optional(key);
    }

    /** What is added to the mean square in every norm. */
    double epsilon(Config config) {
        double epsilon = config.decimal("rms_norm_eps", defaults.decimal("rms_norm_eps", 1e-6));
        require(epsilon >= 0 && epsilon < 1, config, "rms_norm_eps", "at least 0 and less than 1", epsilon);
        return epsilon;
    }

    /** Whether the head shares the embedding's matrix. */
    boolean tied(Config config) {
        return config.flag("tie_word_embeddings", defaults.flag("tie_word_embeddings", false));
    }

    static void require(boolean holds, Config config, String key, String expected, Number found) {
        if (!holds) {
            throw new InvalidConfig(config.source(), key, expected, found.toString());
        }
    }

    // ---- names

    @Override
    public ParameterNames names(Config config, Format format) {
        ParameterNames body = projections(norms(ParameterNames.names()))
                .map("embed_tokens.weight", "embedding.weight")
                .map("layers.{i}.self_attn.o_proj.{weight,bias}", "layers.{i}.mixer.out.{weight,bias}")
                .map("layers.{i}.mlp.down_proj.{weight,bias}", "layers.{i}.channels.down.{weight,bias}")
                .map("norm.weight", "norm.weight")
                .ignore(".*rotary_emb\\.inv_freq.*");
        return CausalNames.of(body, "model.", tied(config));
    }

    /** Adds the names of the projections that a layer begins its branches with, without the body's prefix. */
    ParameterNames projections(ParameterNames names) {
        return names.map(
                        "layers.{i}.self_attn.{q,k,v}_proj.{weight,bias}", "layers.{i}.mixer.qkv.{q,k,v}.{weight,bias}")
                .map(
                        "layers.{i}.mlp.{gate,up}_proj.{weight,bias}",
                        "layers.{i}.channels.gateUp.{gate,up}.{weight,bias}");
    }

    /** Adds the names of a layer's norms, without the body's prefix. */
    ParameterNames norms(ParameterNames names) {
        return names.map("layers.{i}.input_layernorm.weight", "layers.{i}.mixerNorm.weight")
                .map("layers.{i}.post_attention_layernorm.weight", "layers.{i}.channelsNorm.weight");
    }

    // ---- architecture -> config.json

    /** Writes what the first layer says, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public final Optional<Config> config(ModelSpec spec) {
        ModelSpec explicit = Explicit.of(spec);
        return HuggingFaceFields.faithful(written(explicit), explicit, this::spec);
    }

    private Optional<Config> written(ModelSpec spec) {
        if (spec.stacks().size() != 1 || spec.stacks().getFirst().layers().isEmpty()) {
            return Optional.empty();
        }
        ModelSpec.Stack stack = spec.stacks().getFirst();
        if (!(stack.layers().getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 2
                || !(branches.getFirst().body() instanceof SelfAttention attention)
                || !(stack.norm() instanceof RmsNorm norm)
                || attention.rope().isEmpty()) {
            return Optional.empty();
        }
        LayerSpec channels = branches.getLast().body();
        return feedForward(channels)
                .flatMap(feedForward -> HuggingFaceActivations.name(feedForward.activation())
                        .map(activation -> {
                            Config config = Config.object()
                                    .with("architectures", List.of(architecture))
                                    .with("model_type", modelType)
                                    .with("vocab_size", spec.vocabulary())
                                    .with("hidden_size", stack.hidden())
                                    .with("intermediate_size", feedForward.width())
                                    .with("num_hidden_layers", stack.layers().size())
                                    .with("num_attention_heads", attention.heads())
                                    .with("num_key_value_heads", attention.kvHeads())
                                    .with("head_dim", attention.headDimIn(stack.hidden()))
                                    .with(activationKey(), activation)
                                    .with("rms_norm_eps", norm.epsilon())
                                    .with(
                                            "tie_word_embeddings",
                                            spec.heads().get(ModelSpec.HEAD) instanceof Head head
                                                    && head.tiedTo()
                                                            .equals(Head.tied().tiedTo()));
                            config = write(writeChannels(write(write(config, attention), feedForward), channels), spec);
                            config = windows()
                                    .write(
                                            config,
                                            stack.layers().stream()
                                                    .map(LlamaLike::window)
                                                    .toList());
                            return write(config, attention.rope().get(), spec.context());
                        }));
    }

    private static OptionalInt window(LayerSpec layer) {
        return layer instanceof Block(List<Branch> branches)
                        && !branches.isEmpty()
                        && branches.getFirst().body() instanceof SelfAttention attention
                ? attention.window()
                : OptionalInt.empty();
    }
}
