package org.tenon.api.model;

/**
 * A part of the sampling chain: it changes scores before the next token is chosen. Runs on the engine's thread, so it must neither block
 * nor keep its arguments; one instance may serve many sequences at once, in turn. An exception ends the sequence that it was thrown for
 * and no other.
 */
@FunctionalInterface
public interface LogitsProcessor {
    /**
     * Changes scores.
     *
     * @param scores the scores of all ids, changed in place
     * @param history the sequence so far
     */
    void apply(Scores scores, History history);
}
