package org.tenon.api.model;

import java.util.List;

/**
 * A sequence that a {@link BeamSearch} has finished.
 *
 * @param ids the output, an end token included
 * @param text its text, empty without a tokenizer
 * @param score the sum of the log-probabilities, divided by the power of the length
 */
public record Hypothesis(List<Integer> ids, String text, double score) {
    /**
     * Copies the list.
     *
     * @param ids the output
     * @param text its text
     * @param score what it counts
     */
    public Hypothesis {
        ids = List.copyOf(ids);
    }
}
