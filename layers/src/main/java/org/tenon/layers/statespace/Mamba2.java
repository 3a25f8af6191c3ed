package org.tenon.layers.statespace;

import java.util.OptionalInt;
import org.tenon.api.layer.LayerSpec;

/**
 * A mixer of positions by state-space duality (Mamba-2, Dao and Gu 2024): one projection, a short convolution, a scan in heads that decay
 * as a whole, and a norm of what the gate lets through.
 *
 * <p>Parameters, with {@code channels = heads * headDim} and {@code conv = channels + 2 * groups * states}: {@code input.gate.weight}
 * {@code [channels, hidden]}, {@code input.conv.weight} {@code [conv, hidden]} (x, b, c), {@code input.dt.weight} {@code [heads, hidden]},
 * {@code conv.weight} {@code [conv, 1, taps]} and {@code conv.bias} {@code [conv]}, {@code decay} (the logarithms of the rates),
 * {@code skip} and {@code stepBias} {@code [heads]}, {@code norm.weight} {@code [channels]}, {@code output.weight}
 * {@code [hidden, channels]}, and biases of {@code input} and {@code output}. Memories: {@code last} {@code [taps - 1, conv]} and {@code scan}
 * {@code [heads, states, headDim]}.
 *
 * @param states of each channel, 128 as a rule
 * @param headDim channels of a head, 64 as a rule
 * @param heads how many; as many as make twice {@code hidden} channels where nothing is said
 * @param groups of heads that share inputs and outputs and are normalised together, a divisor of the heads
 * @param taps of the convolution, 4 as a rule
 * @param bias whether {@code input} and {@code output} have biases
 * @param convBias whether the convolution has a bias
 * @param epsilon added to the mean square of the norm
 * @param leastStep the smallest step size, 0 as a rule
 * @param mostStep the largest step size, infinity as a rule
 */
public record Mamba2(
        int states,
        int headDim,
        OptionalInt heads,
        int groups,
        int taps,
        boolean bias,
        boolean convBias,
        double epsilon,
        double leastStep,
        double mostStep)
        implements LayerSpec {
    /**
     * The mixer of the paper, with heads of 64 in one group.
     *
     * @param states of each channel
     * @return the mixer
     */
    public static Mamba2 of(int states) {
        return new Mamba2(states, 64, OptionalInt.empty(), 1, 4, false, true, 1e-5, 0, Double.POSITIVE_INFINITY);
    }

    /**
     * Sets the channels of a head.
     *
     * @param channels how many
     * @return the changed mixer
     */
    public Mamba2 headDim(int channels) {
        return new Mamba2(states, channels, heads, groups, taps, bias, convBias, epsilon, leastStep, mostStep);
    }

    /**
     * Sets the heads.
     *
     * @param count how many
     * @return the changed mixer
     */
    public Mamba2 heads(int count) {
        return new Mamba2(
                states, headDim, OptionalInt.of(count), groups, taps, bias, convBias, epsilon, leastStep, mostStep);
    }

    /**
     * Shares inputs and outputs between heads, which are normalised together.
     *
     * @param count groups of heads
     * @return the changed mixer
     */
    public Mamba2 groups(int count) {
        return new Mamba2(states, headDim, heads, count, taps, bias, convBias, epsilon, leastStep, mostStep);
    }

    /**
     * Sets how many rows the convolution sees.
     *
     * @param count how many, the row itself among them
     * @return the changed mixer
     */
    public Mamba2 taps(int count) {
        return new Mamba2(states, headDim, heads, groups, count, bias, convBias, epsilon, leastStep, mostStep);
    }

    /**
     * Chooses the biases.
     *
     * @param projections whether {@code input} and {@code output} have them
     * @param convolution whether the convolution has one
     * @return the changed mixer
     */
    public Mamba2 biases(boolean projections, boolean convolution) {
        return new Mamba2(states, headDim, heads, groups, taps, projections, convolution, epsilon, leastStep, mostStep);
    }

    /**
     * Sets what is added to the mean square of the norm.
     *
     * @param added the number
     * @return the changed mixer
     */
    public Mamba2 epsilon(double added) {
        return new Mamba2(states, headDim, heads, groups, taps, bias, convBias, added, leastStep, mostStep);
    }

    /**
     * Holds step sizes between limits.
     *
     * @param least the smallest
     * @param most the largest
     * @return the changed mixer
     */
    public Mamba2 steps(double least, double most) {
        return new Mamba2(states, headDim, heads, groups, taps, bias, convBias, epsilon, least, most);
    }

    /**
     * The heads in a model.
     *
     * @param hidden the width of its rows
     * @return how many
     */
    public int headsIn(int hidden) {
        return heads.orElse(headDim < 1 ? 0 : 2 * hidden / headDim);
    }
}
