package org.tenon.conformance.trial;

/**
 * What came of a case.
 *
 * @param status how it ended
 * @param message why, where it didn't pass
 * @param worst the largest share of its bound that an element was off by, from 0 to 1
 */
public record Outcome(Status status, String message, double worst) {
    /** How a case ends. */
    public enum Status {
        /** Within its bounds. */
        PASSED,
        /** The backend has no kernel for it, and said so. */
        UNSUPPORTED,
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
                case FAILED, CRASHED, TIMED_OUT -> true;
            };
        }
    }

    /**
     * A case that passed.
     *
     * @param worst the largest share of its bound that an element was off by
     * @return the outcome
     */
    public static Outcome passed(double worst) {
        return new Outcome(Status.PASSED, "", worst);
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
     * A case that failed.
     *
     * @param message what was wrong
     * @return the outcome
     */
    public static Outcome failed(String message) {
        return new Outcome(Status.FAILED, message, 0);
    }
}
