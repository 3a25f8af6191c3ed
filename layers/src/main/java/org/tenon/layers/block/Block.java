package org.tenon.layers.block;

import java.util.List;
import org.tenon.api.layer.LayerSpec;

/**
 * Residual branches one after another (He et al. 2015): each adds to what the one before it left.
 *
 * @param branches the branches in order
 */
public record Block(List<Branch> branches) implements LayerSpec {
    /** The name of the branch that mixes positions. */
    public static final String MIXER = "mixer";

    /** The name of the branch that takes from an encoder. */
    public static final String CROSS = "cross";

    /** The name of the branch that works on each row by itself. */
    public static final String CHANNELS = "channels";

    /**
     * Copies the list.
     *
     * @param branches the branches in order
     */
    public Block {
        branches = List.copyOf(branches);
    }

    /**
     * The usual pair, without norms yet.
     *
     * @param mixer mixes positions, {@value #MIXER}
     * @param channels works on each row by itself, {@value #CHANNELS}
     * @return the block
     */
    public static Block of(LayerSpec mixer, LayerSpec channels) {
        return new Block(List.of(Branch.of(MIXER, mixer), Branch.of(CHANNELS, channels)));
    }

    /**
     * The block of a decoder that looks at an encoder (Vaswani et al. 2017), without norms yet.
     *
     * @param mixer mixes positions, {@value #MIXER}
     * @param cross takes from the encoder, {@value #CROSS}
     * @param channels works on each row by itself, {@value #CHANNELS}
     * @return the block
     */
    public static Block of(LayerSpec mixer, LayerSpec cross, LayerSpec channels) {
        return new Block(List.of(Branch.of(MIXER, mixer), Branch.of(CROSS, cross), Branch.of(CHANNELS, channels)));
    }

    /**
     * Puts a norm before the body of each branch that has no norm at all (Xiong et al. 2020).
     *
     * @param norm the norm
     * @return the changed block
     */
    public Block normalised(LayerSpec norm) {
        return new Block(branches.stream()
                .map(branch -> branch.bare() ? branch.before(norm) : branch)
                .toList());
    }

    /**
     * Puts a norm on the sum of each branch that has no norm at all (post-norm, Vaswani et al. 2017).
     *
     * @param norm the norm
     * @return the changed block
     */
    public Block postNorm(LayerSpec norm) {
        return new Block(branches.stream()
                .map(branch -> branch.bare() ? branch.onSum(norm) : branch)
                .toList());
    }
}
