package org.tenon.conformance.suite;

import org.tenon.api.tensor.DType;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.trial.Trial;

/**
 * A case, run in one way.
 *
 * @param testCase the case
 * @param trial the way
 */
public record Run(Case testCase, Trial trial) {
    /** {@return the case's id and the way, with an {@code @} between them: what runs it again} */
    public String id() {
        return testCase.id() + "@" + trial.name();
    }

    /** {@return the type of activations that the backend is opened for} */
    public DType activations() {
        return testCase.activations().iterator().next();
    }

    @Override
    public String toString() {
        return id();
    }
}
