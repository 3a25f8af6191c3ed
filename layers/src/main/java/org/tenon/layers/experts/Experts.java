package org.tenon.layers.experts;

import org.tenon.api.layer.LayerSpec;
import org.tenon.layers.feedforward.FeedForward;

/**
 * A mixture of experts (Shazeer et al. 2017): a router sends each row to the feed-forward layers that it prefers, and adds up what they give, weighed
 * by its preference (Jiang et al. 2024).
 *
 * <p>Parameters: {@code router.weight} {@code [experts, hidden]}; {@code experts.gate} and {@code experts.up} {@code [experts, width,
 * hidden]}; {@code experts.down} {@code [experts, hidden, width]}.
 *
 * @param experts how many there are
 * @param expert what each of them is: with a gate and without biases
 * @param topK how many a row goes to
 * @param renormalised whether a row's weights add up to one, as if there were no experts but those that it goes to
 */
public record Experts(int experts, FeedForward expert, int topK, boolean renormalised) implements LayerSpec {
    /**
     * Experts of which each row goes to two, or to the only one, with weights that add up to one.
     *
     * @param experts how many there are
     * @param expert what each of them is
     * @return the layer
     */
    public static Experts of(int experts, FeedForward expert) {
        return new Experts(experts, expert, Math.clamp(experts, 1, 2), true);
    }

    /**
     * Chooses how many experts a row goes to.
     *
     * @param chosen how many
     * @return the changed layer
     */
    public Experts topK(int chosen) {
        return new Experts(experts, expert, chosen, renormalised);
    }

    /**
     * Chooses whether a row's weights add up to one.
     *
     * @param wanted whether they do
     * @return the changed layer
     */
    public Experts renormalised(boolean wanted) {
        return new Experts(experts, expert, topK, wanted);
    }
}
