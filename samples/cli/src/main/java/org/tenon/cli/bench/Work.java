package org.tenon.cli.bench;

import java.util.stream.LongStream;
import org.tenon.api.backend.Numerics;
import org.tenon.api.layer.LayerMemory;
import org.tenon.models.assembly.Blueprint;

/**
 * What has to be moved and computed at the least, as the model's layers declare it: matrices are read once a step, of experts those that
 * rows go to ({@link Blueprint#elementsRead}), keys and values once for each row, states are read and written once a step, and what is small
 * is left out.
 *
 * @param bytes the bytes read
 * @param flops the floating-point operations of products and attention
 */
public record Work(double bytes, double flops) {
    /**
     * A step in which each sequence has one row.
     *
     * @param blueprint the architecture
     * @param numerics the type of keys and values
     * @param parameterBytes bytes of a parameter
     * @param sequences the sequences
     * @param keys the keys that each row sees, its own included
     * @return its work
     */
    public static Work decode(Blueprint blueprint, Numerics numerics, double parameterBytes, int sequences, int keys) {
        return new Work(
                blueprint.elementsRead(sequences) * parameterBytes
                        + (double) sequences * cacheBytes(blueprint, numerics, keys),
                (double) sequences * blueprint.flopsPerToken(keys));
    }

    /**
     * Prompts of equal length, of which the last rows' logits are wanted.
     *
     * @param blueprint the architecture
     * @param numerics the type of keys and values
     * @param parameterBytes bytes of a parameter
     * @param tokens tokens of a prompt
     * @param steps the steps that the prompts are computed in
     * @param prompts how many prompts
     * @return their work; keys and values are counted once, for they are read once for many rows
     */
    public static Work prefill(
            Blueprint blueprint, Numerics numerics, double parameterBytes, int tokens, int steps, int prompts) {
        double flops = LongStream.rangeClosed(1, tokens)
                .map(keys -> blueprint.flopsPerToken((int) keys))
                .sum();
        return new Work(
                steps * blueprint.elementsRead(Math.max(1, tokens * prompts / steps)) * parameterBytes
                        + (double) prompts * cacheBytes(blueprint, numerics, tokens),
                prompts * (flops - (tokens - 1.0) * blueprint.flopsPerOutput()));
    }

    private static long cacheBytes(Blueprint blueprint, Numerics numerics, int keys) {
        return blueprint.sites().values().stream()
                .mapToLong(site -> switch (site.memory().kept()) {
                    case LayerMemory.Keys kept ->
                        kept.kvHeads()
                                * numerics.activations().bytes((long) kept.keyWidth() + kept.valueWidth())
                                * Math.min(keys, kept.reach().keys());
                    case LayerMemory.State state -> 2 * state.bytes(); // read and written
                })
                .sum();
    }
}
