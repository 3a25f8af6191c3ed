package org.tenon.conformance.suite;

import java.time.LocalDate;
import java.util.regex.Pattern;

/**
 * A failure that is known and waited for. It counts as a failure again when it has expired, and a case that passes although its failure is
 * known fails: take it off the list.
 *
 * @param cases what the ids of its cases look like
 * @param reason why they fail
 * @param link where that is being worked on
 * @param expires the first day on which it no longer counts
 */
public record KnownFailure(Pattern cases, String reason, String link, LocalDate expires) {
    /**
     * Checks that nothing is left out.
     *
     * @param cases what the ids of its cases look like
     * @param reason why they fail
     * @param link where that is being worked on
     * @param expires the first day on which it no longer counts
     */
    public KnownFailure {
        if (reason.isBlank() || link.isBlank()) {
            throw new IllegalArgumentException("a known failure needs a reason and a link: " + cases);
        }
    }

    /**
     * Whether it is about a run.
     *
     * @param id the run's id
     * @return whether the pattern is found in it
     */
    public boolean matches(String id) {
        return cases.matcher(id).find();
    }
}
