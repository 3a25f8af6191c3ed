package org.tenon.models.family;

import java.util.List;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.statespace.Mamba;
import org.tenon.layers.statespace.Mamba2;

/** Says in an architecture what mixers work out by themselves where nothing is said, as a file that says it all reads. */
final class Explicit {
    private Explicit() {}

    static ModelSpec of(ModelSpec spec) {
        List<ModelSpec.Stack> stacks = spec.stacks().stream()
                .map(stack -> new ModelSpec.Stack(
                        stack.name(),
                        stack.hidden(),
                        stack.embedding(),
                        stack.layers().stream()
                                .map(layer -> block(layer, stack.hidden()))
                                .toList(),
                        stack.norm()))
                .toList();
        return new ModelSpec(spec.vocabulary(), spec.context(), stacks, spec.heads());
    }

    private static LayerSpec block(LayerSpec layer, int hidden) {
        return layer instanceof Block(List<Branch> branches)
                ? new Block(branches.stream()
                        .map(branch -> branch.body(body(branch.body(), hidden)))
                        .toList())
                : layer;
    }

    private static LayerSpec body(LayerSpec body, int hidden) {
        return switch (body) {
            case SelfAttention attention -> attention.headDim(attention.headDimIn(hidden));
            case Mamba mixer -> mixer.channels(mixer.channelsIn(hidden)).rank(mixer.rankIn(hidden));
            case Mamba2 mixer -> mixer.heads(mixer.headsIn(hidden));
            default -> body;
        };
    }
}
