package org.tenon.api.model;

/**
 * Beam search (Lowerre 1976; as {@code generate} of Transformers 5 does it): goes on with the most probable few sequences at each step, rather than with
 * one. A finished sequence counts by the sum of its tokens' log-probabilities, divided by the power {@code lengthPenalty} of how many they are.
 *
 * @param beams how many sequences go on, at least one
 * @param lengthPenalty above 0 favours longer sequences, below 0 shorter ones
 * @param stopping when the search ends
 * @param returned how many of the best finished sequences are wanted, {@code beams} at most
 */
public record BeamSearch(int beams, double lengthPenalty, Stopping stopping, int returned) {
    /** When the search ends, once as many sequences are finished as there are beams. */
    public enum Stopping {
        /** At once: {@code early_stopping=True}. */
        WHEN_FULL,

        /** When the best that still goes on, were it finished now, is no better than the worst finished one: {@code early_stopping=False}. */
        HEURISTIC,

        /** When none that still goes on can become better than the worst finished one: {@code early_stopping="never"}. */
        NEVER_EARLY
    }

    /**
     * Checks the values.
     *
     * @param beams how many sequences go on
     * @param lengthPenalty what lengths count
     * @param stopping when the search ends
     * @param returned how many of the best are wanted
     */
    public BeamSearch {
        InvalidRequest.unless(beams >= 1, "beams", "at least one", beams);
        InvalidRequest.unless(Double.isFinite(lengthPenalty), "lengthPenalty", "a finite number", lengthPenalty);
        InvalidRequest.unless(
                returned >= 1 && returned <= beams, "returned", "from 1 to the beams, " + beams, returned);
    }

    /**
     * A search for one sequence, with a length penalty of 1 and the heuristic end, as Transformers has them where nobody says.
     *
     * @param beams how many sequences go on
     * @return the search
     */
    public static BeamSearch of(int beams) {
        return new BeamSearch(beams, 1, Stopping.HEURISTIC, 1);
    }

    /**
     * Sets what lengths count.
     *
     * @param penalty above 0 favours longer sequences
     * @return the changed search
     */
    public BeamSearch lengthPenalty(double penalty) {
        return new BeamSearch(beams, penalty, stopping, returned);
    }

    /**
     * Sets when the search ends.
     *
     * @param when when
     * @return the changed search
     */
    public BeamSearch stopping(Stopping when) {
        return new BeamSearch(beams, lengthPenalty, when, returned);
    }

    /**
     * Sets how many sequences are wanted.
     *
     * @param count how many, as many as the beams at most
     * @return the changed search
     */
    public BeamSearch returned(int count) {
        return new BeamSearch(beams, lengthPenalty, stopping, count);
    }
}
