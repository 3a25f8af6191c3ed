package org.tenon.api.program;

import org.tenon.api.tensor.StepShape;

/** Is told what each kernel of a step took, on the thread that runs the step, in order. */
@FunctionalInterface
public interface KernelListener {
    /**
     * A kernel has run; the device was waited for before and after it.
     *
     * @param kernel what it computed
     * @param step what the step counts
     * @param nanos the time it took, in nanoseconds
     */
    void ran(Kernel kernel, StepShape step, long nanos);
}
