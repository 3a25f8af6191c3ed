package org.tenon.api.backend;

import java.util.List;
import java.util.Optional;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/**
 * A device opened for a model: it answers which kernel it has for an op, arranges weights, and has memory and a queue. Used from
 * one thread at a time; {@link #close} comes last.
 */
public interface Backend extends AutoCloseable {
    /** {@return the name that messages and reports give it} */
    String name();

    /**
     * Which kernel the backend has for an op on these operands. Must not touch memory, nor launch anything.
     *
     * @param op what to compute
     * @param operands the operands' specs
     * @param outputs the outputs' specs
     * @param <I> the op's operands
     * @param <B> the op's operands once they have their places
     * @return the kernel, or why there is none
     */
    <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, I operands, List<Tensor> outputs);

    /**
     * Arranges a weight for all uses that a program makes of it. Reads the source in panels; peak memory is what it keeps, plus one panel.
     *
     * @param source the weight
     * @param uses what it is used for, each with the layouts that the use can take
     * @return the weight, arranged; the caller closes it
     */
    Prepared prepare(WeightSource source, List<WeightUse> uses);

    /** {@return the memory of the device} */
    DeviceMemory memory();

    /** {@return the queue that kernels are launched on} */
    Queue queue();

    /**
     * Measures what the device can do at most, which takes a second or three, and memory of half a gigabyte or more. Nothing else may run meanwhile.
     *
     * @param products those whose speed counts: a model's own shapes and types, say
     * @return the roof; nothing where the backend doesn't measure it
     * @throws OutOfDeviceMemory when there isn't memory enough
     */
    default Optional<Roof> roof(List<Roof.Product> products) {
        return Optional.empty();
    }

    /** Gives the device back; memory that is still open is no longer usable. Idempotent. */
    @Override
    void close();
}
