package org.tenon.layers.statespace;

import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.layer.LayerSpec;

/**
 * A mixer of positions by selective state spaces (Mamba, Gu and Dao 2023): a short convolution, then a scan whose step size, input and
 * output matrices depend on the row, then a gate.
 *
 * <p>Parameters: {@code input.x.weight} and {@code input.gate.weight} {@code [channels, hidden]}, {@code conv.weight} {@code [channels, 1, taps]}
 * and {@code conv.bias} {@code [channels]}, {@code select.dt.weight} {@code [rank, channels]}, {@code select.b.weight} and
 * {@code select.c.weight} {@code [states, channels]}, {@code step.weight} {@code [channels, rank]} and {@code step.bias}, {@code decay}
 * {@code [channels, states]} (the logarithms of the rates), {@code skip} {@code [channels]}, {@code output.weight} {@code [hidden, channels]},
 * biases of {@code input} and {@code output}, and {@code dtNorm.weight} {@code [rank]}, {@code bNorm.weight} and {@code cNorm.weight}
 * {@code [states]} where norms have weights. Memories: {@code last} {@code [taps - 1, channels]} and {@code scan}
 * {@code [states, channels]}.
 *
 * @param states of each channel, 16 as a rule
 * @param channels the width of the scan; twice {@code hidden} where nothing is said
 * @param rank the width that step sizes go through; a sixteenth of {@code hidden}, rounded up, where nothing is said
 * @param taps of the convolution, 4 as a rule
 * @param bias whether {@code input} and {@code output} have biases
 * @param convBias whether the convolution has a bias
 * @param norm how step sizes, inputs and outputs are normalised before the scan; nothing for not at all
 */
public record Mamba(
        int states,
        OptionalInt channels,
        OptionalInt rank,
        int taps,
        boolean bias,
        boolean convBias,
        Optional<SelectionNorm> norm)
        implements LayerSpec {
    /**
     * An RMS norm of what the scan is steered by.
     *
     * @param epsilon added to the mean square
     * @param weighted whether it has weights (Jamba, Lieber et al. 2024) or none (FalconMamba, Zuo et al. 2024)
     */
    public record SelectionNorm(double epsilon, boolean weighted) {}

    /**
     * The mixer of the paper.
     *
     * @param states of each channel
     * @return the mixer
     */
    public static Mamba of(int states) {
        return new Mamba(states, OptionalInt.empty(), OptionalInt.empty(), 4, false, true, Optional.empty());
    }

    /**
     * Sets the width of the scan.
     *
     * @param count how many channels
     * @return the changed mixer
     */
    public Mamba channels(int count) {
        return new Mamba(states, OptionalInt.of(count), rank, taps, bias, convBias, norm);
    }

    /**
     * Sets the width that step sizes go through.
     *
     * @param columns how many
     * @return the changed mixer
     */
    public Mamba rank(int columns) {
        return new Mamba(states, channels, OptionalInt.of(columns), taps, bias, convBias, norm);
    }

    /**
     * Sets how many rows the convolution sees.
     *
     * @param count how many, the row itself among them
     * @return the changed mixer
     */
    public Mamba taps(int count) {
        return new Mamba(states, channels, rank, count, bias, convBias, norm);
    }

    /**
     * Chooses the biases.
     *
     * @param projections whether {@code input} and {@code output} have them
     * @param convolution whether the convolution has one
     * @return the changed mixer
     */
    public Mamba biases(boolean projections, boolean convolution) {
        return new Mamba(states, channels, rank, taps, projections, convolution, norm);
    }

    /**
     * Normalises step sizes, inputs and outputs before the scan.
     *
     * @param selection how
     * @return the changed mixer
     */
    public Mamba norm(SelectionNorm selection) {
        return new Mamba(states, channels, rank, taps, bias, convBias, Optional.of(selection));
    }

    /**
     * The width of the scan in a model.
     *
     * @param hidden the width of its rows
     * @return how many channels
     */
    public int channelsIn(int hidden) {
        return channels.orElse(2 * hidden);
    }

    /**
     * The width that step sizes go through in a model.
     *
     * @param hidden the width of its rows
     * @return how many columns
     */
    public int rankIn(int hidden) {
        return rank.orElse((hidden + 15) / 16);
    }
}
