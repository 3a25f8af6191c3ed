package org.tenon.layers;

import java.util.List;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.CrossAttention;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.experts.Experts;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.norm.NoNorm;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.statespace.Mamba;
import org.tenon.layers.statespace.Mamba2;
import org.tenon.layers.token.PositionedEmbedding;

/**
 * The words that an architecture is written with, to be imported statically. What a layer can't do without stands in the factory, all
 * else is added by the layer's own methods.
 */
public final class Layers {
    private Layers() {}

    /**
     * RMS normalisation.
     *
     * @param epsilon added to the mean square
     * @return the norm
     */
    public static RmsNorm rmsNorm(double epsilon) {
        return new RmsNorm(epsilon);
    }

    /**
     * Layer normalisation with a bias.
     *
     * @param epsilon added to the variance
     * @return the norm
     */
    public static LayerNorm layerNorm(double epsilon) {
        return new LayerNorm(epsilon, true);
    }

    /** {@return no norm: for a stack whose blocks end with one} */
    public static NoNorm noNorm() {
        return new NoNorm();
    }

    /** {@return an embedding with learned absolute positions, up to the model's context} */
    public static PositionedEmbedding learnedPositions() {
        return new PositionedEmbedding();
    }

    /**
     * Attention of a sequence to itself, causal unless {@link SelfAttention#bothWays} is added.
     *
     * @param heads heads of queries
     * @return the layer
     */
    public static SelfAttention attention(int heads) {
        return SelfAttention.of(heads);
    }

    /**
     * A selective state space (Mamba).
     *
     * @param states of each channel, 16 as a rule
     * @return the layer
     */
    public static Mamba mamba(int states) {
        return Mamba.of(states);
    }

    /**
     * A state space in heads (Mamba-2).
     *
     * @param states of each channel, 128 as a rule
     * @return the layer
     */
    public static Mamba2 mamba2(int states) {
        return Mamba2.of(states);
    }

    /**
     * Attention of a decoder to its encoder.
     *
     * @param source the encoder's stack
     * @param heads heads of queries, keys and values
     * @return the layer
     */
    public static CrossAttention crossAttention(String source, int heads) {
        return CrossAttention.of(source, heads);
    }

    /**
     * A feed-forward layer with a SiLU gate.
     *
     * @param width columns between the products
     * @return the layer
     */
    public static FeedForward swiGlu(int width) {
        return FeedForward.gated(width, Activation.SILU);
    }

    /**
     * A feed-forward layer with a GELU gate.
     *
     * @param width columns between the products
     * @return the layer
     */
    public static FeedForward geGlu(int width) {
        return FeedForward.gated(width, Activation.GELU);
    }

    /**
     * A feed-forward layer with a gate.
     *
     * @param width columns between the products
     * @param activation the function of the gate
     * @return the layer
     */
    public static FeedForward gated(int width, Activation activation) {
        return FeedForward.gated(width, activation);
    }

    /**
     * A feed-forward layer without a gate.
     *
     * @param width columns between the products
     * @param activation the function between them
     * @return the layer
     */
    public static FeedForward mlp(int width, Activation activation) {
        return FeedForward.plain(width, activation);
    }

    /**
     * A mixture of experts of which each row goes to two, with weights that add up to one.
     *
     * @param count how many experts there are
     * @param expert what each of them is
     * @return the layer
     */
    public static Experts experts(int count, FeedForward expert) {
        return Experts.of(count, expert);
    }

    /**
     * The usual block. Its norms are those of the stack unless it has some of its own.
     *
     * @param mixer mixes positions
     * @param channels works on each row by itself
     * @return the block
     */
    public static Block block(LayerSpec mixer, LayerSpec channels) {
        return Block.of(mixer, channels);
    }

    /**
     * The block of a decoder that looks at an encoder. Its norms are those of the stack unless it has some of its own.
     *
     * @param mixer mixes positions
     * @param cross takes from the encoder
     * @param channels works on each row by itself
     * @return the block
     */
    public static Block block(LayerSpec mixer, LayerSpec cross, LayerSpec channels) {
        return Block.of(mixer, cross, channels);
    }

    /**
     * A block of any branches. A branch without norms gets the stack's.
     *
     * @param branches the branches in order
     * @return the block
     */
    public static Block block(Branch... branches) {
        return new Block(List.of(branches));
    }
}
