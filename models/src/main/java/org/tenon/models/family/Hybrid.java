package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.RmsNorm;

/**
 * A model whose blocks have attention here and a state space there, and a feed-forward layer after either: what a family writes of it.
 *
 * @param attention where there is one, the first
 * @param attended the layers that have attention
 * @param mixer the first state space
 * @param feedForward the first feed-forward layer
 * @param epsilon that of the last norm
 * @param <M> the kind of state space
 */
record Hybrid<M extends LayerSpec>(
        Optional<SelfAttention> attention, List<Integer> attended, M mixer, FeedForward feedForward, double epsilon) {
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
        Function<Block, LayerSpec> mixer = block -> block.branches().getFirst().body();
        Optional<SelfAttention> attention = all.stream()
                .map(mixer)
                .filter(SelfAttention.class::isInstance)
                .map(SelfAttention.class::cast)
                .findFirst();
        Optional<M> scan =
                all.stream().map(mixer).filter(kind::isInstance).map(kind::cast).findFirst();
        List<Integer> attended = IntStream.range(0, all.size())
                .filter(i -> mixer.apply(all.get(i)) instanceof SelfAttention)
                .boxed()
                .toList();
        return all.getFirst().branches().getLast().body() instanceof FeedForward feedForward
                ? scan.map(found -> new Hybrid<>(attention, attended, found, feedForward, norm.epsilon()))
                : Optional.empty();
    }
}
