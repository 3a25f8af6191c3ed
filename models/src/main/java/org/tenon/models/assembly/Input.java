package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** The host's side of a step's integer tensor: filled by the host, uploaded before the step runs. Confined to a thread. */
public final class Input {
    private final Shape shape;
    private final Optional<Buffer> place;
    private final MemorySegment staging;

    /** An input that has a place unless no op reads it. */
    Input(Tensor tensor, Optional<Buffer> place, StepShape bounds, Arena arena) {
        this.shape = tensor.shape();
        this.place = place;
        this.staging = arena.allocate(Math.max(Integer.BYTES, tensor.spec().bytes(bounds)), 64);
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
     * Sets the first elements.
     *
     * @param values their values
     * @param count how many
     */
    public void set(int[] values, int count) {
        MemorySegment.copy(values, 0, staging, ValueLayout.JAVA_INT, 0, count);
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

    void upload(Queue queue, StepShape step) {
        if (place.isPresent()) {
            long elements = 1;
            for (int i = 0; i < shape.rank(); i++) {
                elements *= shape.dim(i).size(step);
            }
            Buffer buffer = place.get();
            queue.upload(staging, buffer.storage(), buffer.offset(), elements * Integer.BYTES);
        }
    }
}
