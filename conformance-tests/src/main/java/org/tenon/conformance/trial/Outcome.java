package org.tenon.conformance.trial;

/**
 * What came of a case.
 *
 * @param status how it ended
 * @param message why it didn't pass; or what was compared
 * @param worst the largest share of its bound that an element was off by, from 0 to 1
 */
public record Outcome(Status status, String message, double worst) {
    /** How a case ends. */
    public enum Status {
        /** Within its bounds. */
        PASSED,
        /** The backend has no kernel for it, and said so. */
        UNSUPPORTED,
        /** The backend has no kernel for it, although its profile says that it must have one. */
        MISSING,
        /** Wrong, or an exception. */
        FAILED,
        /** The process has died of it. */
        CRASHED,
        /** It did not end in time. */
        TIMED_OUT;

        /** {@return whether something is wrong with the backend} */
        public boolean wrong() {
            return switch (this) {
                case PASSED, UNSUPPORTED -> false;
                case MISSING, FAILED, CRASHED, TIMED_OUT -> true;
            };
        }
    }

    /** {@return whether the backend claimed to have a kernel, or was not asked} */
    public boolean claimed() {
        return status != Status.UNSUPPORTED && status != Status.MISSING;
    }

    /**
     * A case that passed.
     *
     * @param compared what was compared, and how close it was
     * @param worst the largest share of its bound that an element was off by
     * @return the outcome
     */
    public static Outcome passed(String compared, double worst) {
        return new Outcome(Status.PASSED, compared, worst);
    }

    /**
     * A case that passed, of which nothing more is to be told.
     *
     * @param worst the largest share of its bound that an element was off by
     * @return the outcome
     */
    public static Outcome passed(double worst) {
        return passed("", worst);
    }

    /**
     * A case without a kernel.
     *
     * @param reason what the backend said
     * @return the outcome
     */
    public static Outcome unsupported(String reason) {
        return new Outcome(Status.UNSUPPORTED, reason, 0);
    }

    /**
     * A case without a kernel that must have one.
     *
     * @param reason who says so, and what the backend said
     * @return the outcome
     */
    public static Outcome missing(String reason) {
        return new Outcome(Status.MISSING, reason, 0);
    }

    /**
     * A case that failed.
     *
     * @param message what was wrong
     * @return the outcome
     */
    public static Outcome failed(String message) {
        return new Outcome(Status.FAILED, message, 0);
    }
}
