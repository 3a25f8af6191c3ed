package org.tenon.api.backend;

import org.tenon.api.tensor.StepShape;

/** A kernel bound to its operands. */
@FunctionalInterface
public interface Launch extends AutoCloseable {
    /**
     * Puts the kernel on the queue; a host backend may compute before it returns. Allocates nothing, and decides nothing on data that
     * lies on the device.
     *
     * @param queue the backend's queue, in order
     * @param step what the step counts
     */
    void run(Queue queue, StepShape step);

    /** Gives back what the driver holds for it, once nobody runs it any more. Idempotent. */
    @Override
    default void close() {}
}
