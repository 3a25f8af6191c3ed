package org.tenon.conformance.mutant;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** What a mutant does to the answers of a correct backend. */
public interface Change {
    /**
     * Answers in place of a backend.
     *
     * @param correct the backend
     * @param op what to compute
     * @param operands the operands' specs
     * @param outputs the outputs' specs
     * @param <I> the op's operands
     * @param <B> the op's operands once they have their places
     * @return the backend's answer, or a wrong one
     */
    <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Backend correct, Op<I, B> op, I operands, List<Tensor> outputs);

    /**
     * Stands in place of a backend's queue.
     *
     * @param correct the queue
     * @return the same queue, or one that is wrong
     */
    default Queue queue(Queue correct) {
        return correct;
    }

    /**
     * Stands in place of a backend's memory.
     *
     * @param correct the backend
     * @return the same memory, or one that is wrong
     */
    default DeviceMemory memory(Backend correct) {
        return correct.memory();
    }

    /** Happens each time that the backend is closed, before it is. */
    default void closing() {}
}
