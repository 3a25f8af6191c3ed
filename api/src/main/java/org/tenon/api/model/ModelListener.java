package org.tenon.api.model;

/**
 * Is told what a model does, on the engine's thread, so it must not block. A listener that throws is detached and logged.
 */
public interface ModelListener {
    /** What a step did. The object is used again for the next step. */
    interface StepReport {
        /** {@return the rows computed, padding left out} */
        int rows();

        /** {@return how many of them belonged to prompts} */
        int prefillRows();

        /** {@return the sequences that had rows} */
        int sequences();

        /** {@return the rows whose logits were wanted} */
        int outputs();

        /** {@return the time it took, in nanoseconds, sampling left out} */
        long nanos();
    }

    /** Ends the listening. */
    interface Registration extends AutoCloseable {
        /** Detaches the listener. Idempotent; a call that has begun runs to its end. */
        @Override
        void close();
    }

    /** A step is about to be computed. */
    default void stepping() {}

    /**
     * A step is done.
     *
     * @param step what it did; valid during the call
     */
    default void stepped(StepReport step) {}

    /**
     * A request has ended, for whatever reason; where it failed, {@link FinishReason#FAILED}, with what it had by then.
     *
     * @param result what came of it
     */
    default void finished(Result result) {}
}
