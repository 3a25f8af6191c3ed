package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.experts.Experts;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.models.assembly.Blueprint;

/**
 * A model whose blocks have attention here and a state space there, and a feed-forward layer or experts after either: what a family writes
 * of it.
 *
 * @param attention where there is one, the first
 * @param attended the layers that have attention
 * @param mixer the first state space
 * @param feedForward the first feed-forward layer, or the first expert where there is none
 * @param experts where there are some, the first
 * @param routed the layers that have experts
 * @param epsilon that of the last norm
 * @param <M> the kind of state space
 */
record Hybrid<M extends LayerSpec>(
        Optional<SelfAttention> attention,
        List<Integer> attended,
        M mixer,
        FeedForward feedForward,
        Optional<Experts> experts,
        List<Integer> routed,
        double epsilon) {
    /** The attention that a file describes, without positions and biases. A null means as many heads of keys as of queries, nothing means eight. */
    static SelfAttention attention(HuggingFaceFields fields, int hidden) {
        int heads = fields.size("num_attention_heads", 32, Blueprint.MOST_HIDDEN);
        Config config = fields.config();
        boolean whole = config.keys().contains("num_key_value_heads") && !config.has("num_key_value_heads");
        int kvHeads = fields.size("num_key_value_heads", whole ? heads : 8, Blueprint.MOST_HIDDEN);
        fields.require(
                heads % kvHeads == 0, "num_key_value_heads", "a divisor of num_attention_heads " + heads, kvHeads);
        fields.require(hidden % heads == 0, "num_attention_heads", "a divisor of hidden_size " + hidden, heads);
        return SelfAttention.of(heads).kvHeads(kvHeads).headDim(hidden / heads);
    }

    /** What is in a model; nothing where it has another shape. Whether all layers are alike, whoever writes it finds out by reading it again. */
    static <M extends LayerSpec> Optional<Hybrid<M>> of(ModelSpec spec, Class<M> kind) {
        List<LayerSpec> layers = HuggingFaceFields.layers(spec);
        List<Optional<Block>> blocks = layers.stream()
                .map(layer -> layer instanceof Block block && block.branches().size() == 2
                        ? Optional.of(block)
                        : Optional.<Block>empty())
                .toList();
        if (blocks.isEmpty()
                || blocks.stream().anyMatch(Optional::isEmpty)
                || !(spec.stacks().getFirst().norm() instanceof RmsNorm norm)) {
            return Optional.empty();
        }
        List<Block> all = blocks.stream().map(Optional::orElseThrow).toList();
        List<LayerSpec> mixers =
                all.stream().map(block -> block.branches().getFirst().body()).toList();
        List<LayerSpec> channels =
                all.stream().map(block -> block.branches().getLast().body()).toList();
        Optional<SelfAttention> attention = first(mixers, SelfAttention.class);
        Optional<Experts> experts = first(channels, Experts.class);
        Optional<FeedForward> feedForward = first(channels, FeedForward.class).or(() -> experts.map(Experts::expert));
        return first(mixers, kind)
                .flatMap(mixer -> feedForward.map(found -> new Hybrid<>(
                        attention,
                        places(mixers, SelfAttention.class),
                        mixer,
                        found,
                        experts,
                        places(channels, Experts.class),
                        norm.epsilon())));
    }

    private static <S> Optional<S> first(List<LayerSpec> specs, Class<S> kind) {
        return specs.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    private static List<Integer> places(List<LayerSpec> specs, Class<?> kind) {
        return IntStream.range(0, specs.size())
                .filter(i -> kind.isInstance(specs.get(i)))
                .boxed()
                .toList();
    }
}
