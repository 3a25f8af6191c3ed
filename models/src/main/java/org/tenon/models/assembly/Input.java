package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** The host's side of a step's integer tensor: filled by the host, uploaded before the step runs. Confined to a thread. */
public final class Input {
    private final Tensor tensor;
    private final MemorySegment staging;

    Input(Tensor tensor, StepShape bounds, Arena arena) {
        this.tensor = tensor;
        this.staging = arena.allocate(Math.max(4, tensor.spec().bytes(bounds)), 64);
    }

    /**
     * Sets an element.
     *
     * @param index counted through all dimensions
     * @param value its value
     */
    public void set(int index, int value) {
        staging.setAtIndex(ValueLayout.JAVA_INT, index, value);
    }

    /**
     * Sets a run of elements.
     *
     * @param from the first
     * @param to the one after the last
     * @param value their value
     */
    public void fill(int from, int to, int value) {
        for (int i = from; i < to; i++) {
            set(i, value);
        }
    }

    void upload(Runner runner, StepShape shape) {
        runner.upload(tensor, staging, tensor.spec().bytes(shape));
    }

    Tensor tensor() {
        return tensor;
    }
}
