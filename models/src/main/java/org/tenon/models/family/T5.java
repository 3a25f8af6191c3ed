package org.tenon.models.family;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.CrossAttention;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * T5 (Raffel et al. 2020), T5 v1.1 and Flan-T5 (Chung et al. 2022), and mT5 (Xue et al. 2021): an encoder and a decoder of pre-norm blocks with RMS
 * norms, attention without scale whose heads needn't fill the row, a bias by distance that the first layer of each stack gives to the others, and no
 * other bias. Both stacks share the embedding. Fields, defaults and names are those of {@code T5Config}, {@code MT5Config} and
 * {@code T5ForConditionalGeneration} in Transformers 5.23. As there, a head of its own is told by its tensor, not by
 * {@code tie_word_embeddings}, which says of T5 whether logits are scaled.
 */
public final class T5 implements ModelFamily {
    private static final String T5 = "t5";
    private static final String MT5 = "mt5";
    private static final String ENCODER = "encoder";
    private static final String EMBEDDING = ENCODER + ".embedding.weight";
    private static final String HEAD = "lm_head.weight";
    private static final String GATED = "gated-";

    /** The widest feed-forward layer, and inner width of attention. */
    private static final int MOST_WIDTH = 1 << 24;

    private static final Map<String, Integer> T5_SIZES =
            Map.of("vocab_size", 32_128, "d_model", 512, "d_kv", 64, "d_ff", 2048, "num_layers", 6, "num_heads", 8);
    private static final Map<String, Integer> MT5_SIZES =
            Map.of("vocab_size", 250_112, "d_model", 512, "d_kv", 64, "d_ff", 1024, "num_layers", 8, "num_heads", 6);

    /** Made by {@link java.util.ServiceLoader}. */
    public T5() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(T5, MT5);
    }

    // ---- config.json -> architecture

    @Override
    public ModelSpec spec(Config config) {
        return spec(config, config.flag("tie_word_embeddings", true));
    }

    @Override
    public ModelSpec spec(Config config, Set<String> tensors) {
        return spec(config, config.flag("tie_word_embeddings", true) && !tensors.contains(HEAD));
    }

    private static ModelSpec spec(Config config, boolean tied) {
        HuggingFaceFields.refuseQuantised(config);
        int hidden = size(config, "d_model", Blueprint.MOST_HIDDEN);
        int layers = size(config, "num_layers", Blueprint.MOST_LAYERS);
        int decoderLayers = config.optional("num_decoder_layers")
                .map(value -> (int) value.asWhole(1, Blueprint.MOST_LAYERS))
                .orElse(layers);
        int heads = size(config, "num_heads", Blueprint.MOST_HIDDEN);
        int headDim = size(config, "d_kv", MOST_WIDTH / heads);
        RelativeBias bias = bias(config);
        FeedForward feedForward = feedForward(config);
        SelfAttention attention = SelfAttention.of(heads).headDim(headDim).scale(1);
        CrossAttention cross =
                CrossAttention.of(ENCODER, heads).headDim(headDim).scale(1);

        Architecture body = Architecture.encoder(hidden, size(config, "vocab_size", Blueprint.MOST_VOCABULARY))
                .context(config.optional("n_positions")
                        .map(value -> (int) value.asWhole(2, Blueprint.MOST_CONTEXT))
                        .orElse(512))
                .norm(new RmsNorm(epsilon(config)))
                .layers(layers, i -> Block.of(attention.bothWays().relativeBias(bias.inLayer(i)), feedForward))
                .decoder()
                .layers(decoderLayers, i -> Block.of(attention.relativeBias(bias.inLayer(i)), cross, feedForward));
        Head head = tied ? Head.tiedTo(EMBEDDING) : Head.untied();
        return body.head(scaled(config) ? head.multiplier(1 / Math.sqrt(hidden)) : head)
                .unchecked();
    }

    private static int size(Config config, String key, int most) {
        Map<String, Integer> defaults = multilingual(config) ? MT5_SIZES : T5_SIZES;
        return config.optional(key)
                .map(value -> (int) value.asWhole(1, most))
                .orElseGet(() -> defaults.getOrDefault(key, 1));
    }

    private static boolean multilingual(Config config) {
        return config.text("model_type", T5).equals(MT5);
    }

    private static double epsilon(Config config) {
        double epsilon = config.decimal("layer_norm_epsilon", 1e-6);
        require(epsilon >= 0 && epsilon < 1, config, "layer_norm_epsilon", "at least 0 and less than 1", epsilon);
        return epsilon;
    }

    private static RelativeBias bias(Config config) {
        int buckets = config.positive("relative_attention_num_buckets", 32);
        int farthest = config.positive("relative_attention_max_distance", 128);
        require(
                buckets >= 4 && buckets % 2 == 0 && buckets <= 1 << 16,
                config,
                "relative_attention_num_buckets",
                "an even number from 4 to " + (1 << 16),
                buckets);
        require(
                farthest > buckets / 2 && farthest <= 1 << 20,
                config,
                "relative_attention_max_distance",
                "above half of the buckets, " + buckets / 2 + ", and up to " + (1 << 20),
                farthest);
        return RelativeBias.of(buckets, farthest);
    }

    /** {@code gated-silu} has a gate, {@code relu} has none; {@code gated-gelu} means GELU's approximation by tanh. */
    private static FeedForward feedForward(Config config) {
        String form = config.text("feed_forward_proj", multilingual(config) ? "gated-gelu" : "relu");
        boolean gated = config.flag("is_gated_act", form.startsWith(GATED));
        String name =
                form.equals("gated-gelu") ? "gelu_new" : form.substring(form.startsWith(GATED) ? GATED.length() : 0);
        Config named = config.has("dense_act_fn") ? config : config.with("feed_forward_proj", name);
        Activation activation = HuggingFaceActivations.read(
                named, config.has("dense_act_fn") ? "dense_act_fn" : "feed_forward_proj", name);
        return new FeedForward(size(config, "d_ff", MOST_WIDTH), activation, gated, false);
    }

    /** Whether logits are divided by the root of the width: T5's first version says so by {@code tie_word_embeddings}. */
    private static boolean scaled(Config config) {
        return !multilingual(config) && config.flag("scale_decoder_outputs", config.flag("tie_word_embeddings", true));
    }

    private static void require(boolean holds, Config config, String key, String expected, Number found) {
        if (!holds) {
            throw new InvalidConfig(config.source(), key, expected, found.toString());
        }
    }

    // ---- names

    @Override
    public ParameterNames names(Config config, Format format) {
        String dense = ".DenseReluDense.";
        return ParameterNames.names()
                .map("shared.weight", EMBEDDING)
                .map("{encoder,decoder}.embed_tokens.weight", "{encoder,decoder}.embedding.weight")
                .map("{encoder,decoder}.final_layer_norm.weight", "{encoder,decoder}.norm.weight")
                .map(
                        "{encoder,decoder}.block.{i}.layer.0.layer_norm.weight",
                        "{encoder,decoder}.layers.{i}.mixerNorm.weight")
                .map(
                        "{encoder,decoder}.block.{i}.layer.0.SelfAttention.{q,k,v}.weight",
                        "{encoder,decoder}.layers.{i}.mixer.qkv.{q,k,v}.weight")
                .map(
                        "{encoder,decoder}.block.{i}.layer.0.SelfAttention.{o,relative_attention_bias}.weight",
                        "{encoder,decoder}.layers.{i}.mixer.{out,relativeBias}.weight")
                .map("decoder.block.{i}.layer.1.layer_norm.weight", "decoder.layers.{i}.crossNorm.weight")
                .map(
                        "decoder.block.{i}.layer.1.EncDecAttention.{q,o}.weight",
                        "decoder.layers.{i}.cross.{q,out}.weight")
                .map(
                        "decoder.block.{i}.layer.1.EncDecAttention.{k,v}.weight",
                        "decoder.layers.{i}.cross.kv.{k,v}.weight")
                .map("encoder.block.{i}.layer.1.layer_norm.weight", "encoder.layers.{i}.channelsNorm.weight")
                .map(
                        "encoder.block.{i}.layer.1" + dense + "{wi,wo}.weight",
                        "encoder.layers.{i}.channels.{up,down}.weight")
                .map(
                        "encoder.block.{i}.layer.1" + dense + "wi_{0,1}.weight",
                        "encoder.layers.{i}.channels.gateUp.{gate,up}.weight")
                .map("decoder.block.{i}.layer.2.layer_norm.weight", "decoder.layers.{i}.channelsNorm.weight")
                .map(
                        "decoder.block.{i}.layer.2" + dense + "{wi,wo}.weight",
                        "decoder.layers.{i}.channels.{up,down}.weight")
                .map(
                        "decoder.block.{i}.layer.2" + dense + "wi_{0,1}.weight",
                        "decoder.layers.{i}.channels.gateUp.{gate,up}.weight")
                .map(HEAD, "head.weight")
                .ignore("(encoder|decoder)\\.embed_tokens\\.weight") // the shared one again
                .ignore(
                        "decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias\\.weight"); // never used
    }

    // ---- architecture -> config.json

    /** Writes what the first layers say, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        return HuggingFaceFields.faithful(written(spec), spec, this::spec);
    }

    private static Optional<Config> written(ModelSpec spec) {
        if (spec.stacks().size() != 2
                || spec.stacks().stream().anyMatch(stack -> stack.layers().isEmpty())) {
            return Optional.empty();
        }
        ModelSpec.Stack encoder = spec.stacks().getFirst();
        ModelSpec.Stack decoder = spec.stacks().getLast();
        if (!(encoder.layers().getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 2
                || !(branches.getFirst().body() instanceof SelfAttention attention)
                || !(branches.getLast().body() instanceof FeedForward feedForward)
                || !(encoder.norm() instanceof RmsNorm norm)
                || !(spec.heads().get(ModelSpec.HEAD) instanceof Head head)
                || attention.relativeBias().isEmpty()) {
            return Optional.empty();
        }
        RelativeBias bias = attention.relativeBias().get();
        return activation(feedForward)
                .map(form -> Config.object()
                        .with("architectures", List.of("T5ForConditionalGeneration"))
                        .with("model_type", T5)
                        .with("is_encoder_decoder", true)
                        .with("vocab_size", spec.vocabulary())
                        .with("n_positions", spec.context())
                        .with("d_model", encoder.hidden())
                        .with("d_kv", attention.headDimIn(encoder.hidden()))
                        .with("d_ff", feedForward.width())
                        .with("num_layers", encoder.layers().size())
                        .with("num_decoder_layers", decoder.layers().size())
                        .with("num_heads", attention.heads())
                        .with("relative_attention_num_buckets", bias.buckets())
                        .with("relative_attention_max_distance", bias.farthest())
                        .with("feed_forward_proj", form)
                        .with("layer_norm_epsilon", norm.epsilon())
                        .with("tie_word_embeddings", head.tiedTo().isPresent())
                        .with("scale_decoder_outputs", head.multiplier() != 1)
                        .with("decoder_start_token_id", 0)
                        .with("pad_token_id", 0)
                        .with("eos_token_id", Config.nothing()));
    }

    private static Optional<String> activation(FeedForward feedForward) {
        if (feedForward.gated() && feedForward.activation().equals(Activation.GELU_TANH)) {
            return Optional.of("gated-gelu");
        }
        return HuggingFaceActivations.name(feedForward.activation())
                .map(name -> feedForward.gated() ? GATED + name : name);
    }
}
