package org.tenon.api.model;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A token that the model chose.
 *
 * @param id its id
 * @param text the text that became certain with it: empty while a character or a possible stop string is pending, and where the
 *     model has no tokenizer
 * @param logProbability the natural logarithm of the probability that the model gave it, before any part of the sampling chain; where
 *     {@link Sampling#logProbabilities(int)} asked for it
 * @param best the ids that the model found most probable, the best first, as many as were asked for
 */
public record Token(int id, String text, OptionalDouble logProbability, List<Candidate> best) {
    /**
     * Copies the list.
     *
     * @param id its id
     * @param text the text that became certain with it
     * @param logProbability the logarithm of its probability
     * @param best the most probable ids
     */
    public Token {
        best = List.copyOf(best);
    }

    /**
     * An id that could have been chosen.
     *
     * @param id the id
     * @param logProbability the natural logarithm of the probability that the model gave it
     */
    public record Candidate(int id, double logProbability) {}
}
