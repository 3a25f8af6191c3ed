package org.tenon.api.model;

/**
 * The last part of the sampling chain: it chooses the next token. What holds for a {@link LogitsProcessor} holds for it.
 */
@FunctionalInterface
public interface TokenChooser {
    /**
     * Chooses.
     *
     * @param scores the scores after the chain; at least one candidate
     * @param history the sequence so far
     * @return the id of the next token
     */
    int choose(Scores scores, History history);
}
