package org.tenon.conformance.suite;

import java.util.Set;
import org.tenon.conformance.trial.Outcome;

/**
 * What came of a run.
 *
 * @param id the run's id
 * @param op the op's name
 * @param types what it computes with, as in {@code F32 BF16 -> F32}
 * @param way how it was run
 * @param needs the names of the ops that are wrong when it fails; none where that can be any
 * @param outcome how it ended
 * @param nanos how long it took
 */
public record Result(String id, String op, String types, String way, Set<String> needs, Outcome outcome, long nanos) {
    /**
     * Copies the set.
     *
     * @param id the run's id
     * @param op the op's name
     * @param types what it computes with
     * @param way how it was run
     * @param needs the names of the ops that are wrong when it fails
     * @param outcome how it ended
     * @param nanos how long it took
     */
    public Result {
        needs = Set.copyOf(needs);
    }

    /**
     * The result of a run.
     *
     * @param run the run
     * @param outcome how it ended
     * @param nanos how long it took
     * @return the result
     */
    public static Result of(Run run, Outcome outcome, long nanos) {
        return new Result(run.id(), run.op(), run.types(), run.way(), run.needs(), outcome, nanos);
    }

    /** {@return the id of the run's case} */
    public String caseId() {
        return id.substring(0, id.lastIndexOf('@'));
    }
}
