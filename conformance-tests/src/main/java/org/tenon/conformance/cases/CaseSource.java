package org.tenon.conformance.cases;

import java.util.stream.Stream;

/** Writes the cases of an op, or of a few that belong together. Stateless; gives the same cases each time. */
@FunctionalInterface
public interface CaseSource {
    /** {@return the cases, each with an id of its own} */
    Stream<Case> cases();
}
