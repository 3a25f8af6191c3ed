package org.tenon.layers.feedforward;

import org.tenon.api.layer.LayerSpec;
import org.tenon.api.op.Activation;

/**
 * A feed-forward layer: {@code down(f(gate(x)) * up(x))} with a gate (Shazeer 2020), {@code down(f(up(x)))} without.
 *
 * <p>Parameters with a gate: {@code gateUp.gate.weight} and {@code gateUp.up.weight} {@code [width, hidden]}; without: {@code up.weight}
 * {@code [width, hidden]}. In both cases {@code down.weight} {@code [hidden, width]}, and the biases.
 *
 * @param width columns between the products
 * @param activation the function {@code f}
 * @param gated whether there is a gate
 * @param bias whether the products have biases
 */
public record FeedForward(int width, Activation activation, boolean gated, boolean bias) implements LayerSpec {
    /**
     * With a gate.
     *
     * @param width columns between the products
     * @param activation the function of the gate
     * @return the layer
     */
    public static FeedForward gated(int width, Activation activation) {
        return new FeedForward(width, activation, true, false);
    }

    /**
     * Without a gate.
     *
     * @param width columns between the products
     * @param activation the function between them
     * @return the layer
     */
    public static FeedForward plain(int width, Activation activation) {
        return new FeedForward(width, activation, false, false);
    }

    /**
     * Chooses the biases.
     *
     * @param wanted whether the products have them
     * @return the changed layer
     */
    public FeedForward bias(boolean wanted) {
        return new FeedForward(width, activation, gated, wanted);
    }
}
