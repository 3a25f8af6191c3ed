package org.tenon.models.family;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.Dense;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.norm.NoNorm;
import org.tenon.layers.token.OutputHead;
import org.tenon.layers.token.OutputHead.Part;
import org.tenon.layers.token.PositionedEmbedding;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;

/**
 * BERT (Devlin et al. 2019): learned positions and types of tokens, post-norm blocks with LayerNorm, attention both ways, a plain feed-forward layer,
 * biases everywhere. Fields, defaults and names are those of {@code BertConfig} and of {@code BertModel}, {@code BertForMaskedLM},
 * {@code BertForPreTraining} and {@code BertForSequenceClassification} in Transformers 5.23.
 *
 * <p>Heads: {@link ModelSpec#POOLER}, {@link ModelSpec#MASKED}, {@value #NEXT_SENTENCE} and {@link ModelSpec#CLASSES}: those of the class that the
 * configuration names, and those whose tensors the checkpoint holds beside them.
 */
public final class Bert implements ModelFamily {
    /** The head that tells whether the second text follows the first: logits of yes and no. */
    static final String NEXT_SENTENCE = "nextSentence";

    private static final String MODEL_TYPE = "bert";

    /** What a configuration says where its heads aren't those of a class of Transformers, which doesn't read it. */
    private static final String HEADS = "tenon_heads";

    private static final String CLASSIFIER = "BertForSequenceClassification";

    /** The heads of each class. */
    private static final Map<String, Set<String>> CLASSES = classes();

    /** A tensor by which a checkpoint shows that it has a head, with the body's prefix or without. */
    private static final Map<String, String> SIGNS = Map.of(
            ModelSpec.POOLER,
            "pooler.dense.weight",
            ModelSpec.MASKED,
            "cls.predictions.transform.dense.weight",
            NEXT_SENTENCE,
            "cls.seq_relationship.weight");

    /** The widest feed-forward layer, the most types of tokens, the most classes. */
    private static final int MOST_WIDTH = 1 << 24;

    private static final int MOST_TYPES = 1 << 16;

    /** Made by {@link java.util.ServiceLoader}. */
    public Bert() {}

    private static Map<String, Set<String>> classes() {
        Map<String, Set<String>> classes = new LinkedHashMap<>();
        classes.put("BertModel", Set.of(ModelSpec.POOLER));
        classes.put("BertForMaskedLM", Set.of(ModelSpec.MASKED));
        classes.put("BertForPreTraining", Set.of(ModelSpec.POOLER, ModelSpec.MASKED, NEXT_SENTENCE));
        classes.put(CLASSIFIER, Set.of(ModelSpec.POOLER, ModelSpec.CLASSES));
        return classes;
    }

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        return withHeads(config, heads(config));
    }

    /** A bare body may have a pooler or not; other heads than the named class has are there where their tensors are. */
    @Override
    public ModelSpec spec(Config config, Set<String> tensors) {
        Set<String> heads = new LinkedHashSet<>(heads(config));
        SIGNS.forEach((head, sign) -> {
            if (tensors.contains(sign) || tensors.contains("bert." + sign)) {
                heads.add(head);
            } else if (head.equals(ModelSpec.POOLER) && type(config).equals("BertModel")) {
                heads.remove(head);
            }
        });
        return withHeads(config, heads);
    }

    private static String type(Config config) {
        return config.has("architectures")
                ? config.list("architectures").stream()
                        .findFirst()
                        .map(Config::asText)
                        .orElse("BertModel")
                : "BertModel";
    }

    private static Set<String> heads(Config config) {
        if (config.has(HEADS)) {
            Set<String> heads = new LinkedHashSet<>();
            config.list(HEADS).forEach(head -> heads.add(head.asText()));
            return heads;
        }
        Set<String> heads = CLASSES.get(type(config));
        if (heads == null) {
            throw new InvalidConfig(
                    config.source(),
                    "architectures names " + type(config) + ", which isn't supported; "
                            + String.join(", ", CLASSES.keySet()) + " are");
        }
        return heads;
    }

    private static ModelSpec withHeads(Config config, Set<String> heads) {
        HuggingFaceFields.refuseQuantised(config);
        for (String key : List.of("is_decoder", "add_cross_attention")) {
            if (config.flag(key, false)) {
                throw config.child(key).invalid("false: only encoders are in this family");
            }
        }
        if (!config.text("position_embedding_type", "absolute").equals("absolute")) {
            throw config.child("position_embedding_type").invalid("absolute, the only positions that are supported");
        }
        int hidden = size(config, "hidden_size", 768, Blueprint.MOST_HIDDEN);
        int attentionHeads = size(config, "num_attention_heads", 12, Blueprint.MOST_HIDDEN);
        if (hidden % attentionHeads != 0) {
            throw new InvalidConfig(
                    config.source(),
                    "num_attention_heads",
                    "a divisor of hidden_size " + hidden,
                    Integer.toString(attentionHeads));
        }
        int vocabulary = size(config, "vocab_size", 30_522, Blueprint.MOST_VOCABULARY);
        LayerNorm norm = new LayerNorm(epsilon(config), true);
        Activation activation = HuggingFaceActivations.read(config, "hidden_act", "gelu");
        FeedForward feedForward = FeedForward.plain(size(config, "intermediate_size", 3072, MOST_WIDTH), activation)
                .bias(true);
        Block block = Block.of(SelfAttention.of(attentionHeads).bias().bothWays(), feedForward)
                .postNorm(norm);
        Architecture encoder = Architecture.encoder(hidden, vocabulary)
                .context(size(config, "max_position_embeddings", 512, Blueprint.MOST_CONTEXT))
                .embedding(new PositionedEmbedding(size(config, "type_vocab_size", 2, MOST_TYPES), Optional.of(norm)))
                .layers(size(config, "num_hidden_layers", 12, Blueprint.MOST_LAYERS), _ -> block)
                .norm(new NoNorm());
        if (heads.contains(ModelSpec.POOLER)) {
            encoder = encoder.head(ModelSpec.POOLER, OutputHead.ofFirstRow(new Part("dense", pooler())));
        }
        if (heads.contains(ModelSpec.MASKED)) {
            Dense decoder = Dense.of(vocabulary);
            OutputHead masked = OutputHead.ofRows(
                    new Part("dense", Dense.square().activation(activation)),
                    new Part("norm", norm),
                    new Part("decoder", tied(config) ? decoder.weightFrom("embedding.weight") : decoder));
            encoder = encoder.head(ModelSpec.MASKED, masked);
        }
        if (heads.contains(NEXT_SENTENCE)) {
            encoder = encoder.head(NEXT_SENTENCE, ofPooled(2));
        }
        if (heads.contains(ModelSpec.CLASSES)) {
            encoder = encoder.head(ModelSpec.CLASSES, ofPooled(labels(config)));
        }
        return encoder.unchecked();
    }

    private static Dense pooler() {
        return Dense.square().activation(Activation.TANH);
    }

    /** A head on what the pooler gives, whose parameters it shares. */
    private static OutputHead ofPooled(int width) {
        Dense pooled = pooler().weightFrom("pooler.dense.weight").biasFrom("pooler.dense.bias");
        return OutputHead.ofFirstRow(new Part("pooled", pooled), new Part("out", Dense.of(width)));
    }

    private static int size(Config config, String key, int otherwise, int most) {
        return config.optional(key).map(value -> (int) value.asWhole(1, most)).orElse(otherwise);
    }

    private static double epsilon(Config config) {
        double epsilon = config.decimal("layer_norm_eps", 1e-12);
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw config.child("layer_norm_eps").invalid("at least 0 and less than 1");
        }
        return epsilon;
    }

    /** As many as are named; Transformers names two where nothing is said. */
    private static int labels(Config config) {
        return config.optional("id2label")
                .map(names -> names.keys().size())
                .filter(count -> count > 0)
                .orElseGet(() -> size(config, "num_labels", 2, MOST_TYPES));
    }

    private static boolean tied(Config config) {
        return config.flag("tie_word_embeddings", true);
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        String layer = "encoder.layer.{i}.";
        ParameterNames names = ParameterNames.names()
                .map("embeddings.word_embeddings.weight", "embedding.weight")
                .map("embeddings.position_embeddings.weight", "embedding.positions")
                .map("embeddings.token_type_embeddings.weight", "embedding.types");
        for (String vectors : List.of("{weight,bias}", "{gamma,beta}")) { // what old checkpoints call them
            names = names.map("embeddings.LayerNorm." + vectors, "embedding.norm.{weight,bias}")
                    .map(layer + "attention.output.LayerNorm." + vectors, "layers.{i}.mixerSumNorm.{weight,bias}")
                    .map(layer + "output.LayerNorm." + vectors, "layers.{i}.channelsSumNorm.{weight,bias}");
        }
        names = names.map(
                        layer + "attention.self.{query,key,value}.{weight,bias}",
                        "layers.{i}.mixer.qkv.{q,k,v}.{weight,bias}")
                .map(layer + "attention.output.dense.{weight,bias}", "layers.{i}.mixer.out.{weight,bias}")
                .map(layer + "intermediate.dense.{weight,bias}", "layers.{i}.channels.up.{weight,bias}")
                .map(layer + "output.dense.{weight,bias}", "layers.{i}.channels.down.{weight,bias}")
                .map("pooler.dense.{weight,bias}", "pooler.dense.{weight,bias}")
                .prefixed("bert.")
                .map("cls.predictions.transform.dense.{weight,bias}", "masked.dense.{weight,bias}");
        for (String vectors : List.of("{weight,bias}", "{gamma,beta}")) {
            names = names.map("cls.predictions.transform.LayerNorm." + vectors, "masked.norm.{weight,bias}");
        }
        names = names.map("cls.seq_relationship.{weight,bias}", "nextSentence.out.{weight,bias}")
                .map("classifier.{weight,bias}", "classes.out.{weight,bias}")
                .ignore("(bert\\.)?embeddings\\.(position_ids|token_type_ids)");
        String bias = "cls.predictions.bias";
        String decoder = "cls.predictions.decoder.";
        return tied(config)
                ? names.map(bias, "masked.decoder.bias")
                        .map(decoder + "bias", "masked.decoder.bias")
                        .ignore("cls\\.predictions\\.decoder\\.(weight|bias)")
                : names.map(decoder + "{weight,bias}", "masked.decoder.{weight,bias}")
                        .map(bias, "masked.decoder.bias")
                        .ignore("cls\\.predictions\\.bias"); // Transformers adds the decoder's own
    }

    /** Writes what the first layer says, then reads it again: what comes back different is nothing that the family can express. */
    @Override
    public Optional<Config> config(ModelSpec spec) {
        return HuggingFaceFields.faithful(written(spec), spec, this::spec);
    }

    private static Optional<Config> written(ModelSpec spec) {
        if (spec.stacks().size() != 1 || spec.stacks().getFirst().layers().isEmpty()) {
            return Optional.empty();
        }
        ModelSpec.Stack stack = spec.stacks().getFirst();
        if (!(stack.embedding() instanceof PositionedEmbedding embedding)
                || !(stack.layers().getFirst() instanceof Block(List<Branch> branches))
                || branches.size() != 2
                || !(branches.getFirst().body() instanceof SelfAttention attention)
                || !(branches.getLast().body() instanceof FeedForward feedForward)
                || !(embedding.norm().orElse(stack.norm()) instanceof LayerNorm norm)) {
            return Optional.empty();
        }
        Set<String> heads = spec.heads().keySet();
        String type = CLASSES.entrySet().stream()
                .filter(each -> each.getValue().equals(heads))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(heads.contains(ModelSpec.MASKED) ? "BertForMaskedLM" : "BertModel");
        Config config = Config.object();
        if (!CLASSES.getOrDefault(type, Set.of()).equals(heads)) {
            config = config.with(HEADS, List.copyOf(heads));
        }
        config = labelled(config, spec);
        Config written = config;
        return HuggingFaceActivations.name(feedForward.activation())
                .map(activation -> written.with("architectures", List.of(type))
                        .with("model_type", MODEL_TYPE)
                        .with("vocab_size", spec.vocabulary())
                        .with("max_position_embeddings", spec.context())
                        .with("type_vocab_size", embedding.types())
                        .with("hidden_size", stack.hidden())
                        .with("intermediate_size", feedForward.width())
                        .with("num_hidden_layers", stack.layers().size())
                        .with("num_attention_heads", attention.heads())
                        .with("hidden_act", activation)
                        .with("layer_norm_eps", norm.epsilon())
                        .with("tie_word_embeddings", !untied(spec)));
    }

    private static boolean untied(ModelSpec spec) {
        return spec.heads().get(ModelSpec.MASKED) instanceof OutputHead head
                && head.parts().getLast().layer() instanceof Dense decoder
                && decoder.weightFrom().isEmpty();
    }

    /** Transformers counts classes by their names. */
    private static Config labelled(Config config, ModelSpec spec) {
        if (!(spec.heads().get(ModelSpec.CLASSES) instanceof OutputHead head)
                || !(head.parts().getLast().layer() instanceof Dense classifier)) {
            return config;
        }
        Config byNumber = Config.object();
        Config byName = Config.object();
        for (int i = 0; i < classifier.width().orElse(0); i++) {
            byNumber = byNumber.with(Integer.toString(i), "LABEL_" + i);
            byName = byName.with("LABEL_" + i, i);
        }
        return config.with("id2label", byNumber).with("label2id", byName);
    }
}
