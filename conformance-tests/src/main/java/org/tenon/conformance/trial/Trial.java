package org.tenon.conformance.trial;

import org.tenon.api.backend.Backend;
import org.tenon.conformance.cases.Case;

/** A way to run a case. */
public interface Trial {
    /** {@return its name, the last part of what a report calls the run} */
    String name();

    /**
     * Runs a case.
     *
     * @param each the case
     * @param backend an open backend
     * @param judge knows what must come out
     * @return what came of it; an exception means that it failed
     */
    Outcome run(Case each, Backend backend, Judge judge);
}
