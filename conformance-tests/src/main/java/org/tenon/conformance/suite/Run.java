package org.tenon.conformance.suite;

import java.util.Set;
import java.util.stream.Collectors;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.trial.Check;
import org.tenon.conformance.trial.Trial;

/** What is run once: a case in one way, or a check. */
public sealed interface Run {
    /** {@return the case's id and the way, with an {@code @} between them: what runs it again} */
    String id();

    /** {@return the name of the op, or what a check is about} */
    String op();

    /** {@return the type of activations that the backend is opened for} */
    DType activations();

    /** {@return the types that it computes with, as in {@code F32 BF16 -> F32}} */
    String types();

    /** {@return the way it is run} */
    String way();

    /** {@return the names of the ops that are wrong when it fails; none where that can be any} */
    Set<String> needs();

    /**
     * A case, run in one way.
     *
     * @param testCase the case
     * @param trial the way
     */
    record OfCase(Case testCase, Trial trial) implements Run {
        @Override
        public String id() {
            return testCase.id() + "@" + way();
        }

        @Override
        public String op() {
            return testCase.opName();
        }

        @Override
        public DType activations() {
            return testCase.activations().iterator().next();
        }

        @Override
        public String types() {
            return testCase.types();
        }

        @Override
        public String way() {
            return trial.name();
        }

        @Override
        public Set<String> needs() {
            return Set.of(op());
        }

        @Override
        public String toString() {
            return id();
        }
    }

    /**
     * A check.
     *
     * @param check the check
     */
    record OfCheck(Check check) implements Run {
        @Override
        public String id() {
            return check.id() + "@" + way();
        }

        @Override
        public String op() {
            return check.subject();
        }

        @Override
        public DType activations() {
            return check.activations();
        }

        @Override
        public String types() {
            return check.activations().toString();
        }

        @Override
        public String way() {
            return check.way();
        }

        @Override
        public Set<String> needs() {
            return check.needs().stream().map(Class::getSimpleName).collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public String toString() {
            return id();
        }
    }
}
