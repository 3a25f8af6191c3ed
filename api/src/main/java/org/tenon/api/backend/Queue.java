package org.tenon.api.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tenon.api.TenonException;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;

/** The order in which a device works: what is put on it happens one after another. Used from one thread at a time. */
public interface Queue {
    /**
     * Copies from the host. The source may be changed as soon as the call returns.
     *
     * @param source host memory
     * @param target memory of this backend
     * @param offset where in the target to begin, in bytes
     * @param bytes how many
     */
    void upload(MemorySegment source, Storage target, long offset, long bytes);

    /**
     * Copies to the host, and waits for it.
     *
     * @param source memory of this backend
     * @param offset where in the source to begin, in bytes
     * @param target host memory
     * @param bytes how many
     */
    void download(Storage source, long offset, MemorySegment target, long bytes);

    /**
     * Sets bytes to zero.
     *
     * @param target memory of this backend
     * @param offset where to begin, in bytes
     * @param bytes how many
     */
    void clear(Storage target, long offset, long bytes);

    /**
     * Copies bytes within device memory; the ranges don't overlap. Unless a backend has something better, through the host.
     *
     * @param source where from
     * @param from the first byte there
     * @param target where to
     * @param to the first byte there
     * @param bytes how many
     */
    default void copy(Storage source, long from, Storage target, long to, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(bytes, 64);
            download(source, from, staging, bytes);
            upload(staging, target, to, bytes);
            finish();
        }
    }

    /**
     * Waits until all is done.
     *
     * @throws TenonException when the device failed; the message names the backend
     */
    void finish();

    /**
     * Runs a kernel, waits for it, and tells what it took, without what waits on the queue before it. Unless a backend has something better, by the
     * host's clock.
     *
     * @param launch the kernel
     * @param step what the step counts
     * @return the time that the device worked for it, in nanoseconds
     */
    default long timed(Launch launch, StepShape step) {
        finish();
        long start = System.nanoTime();
        launch.run(this, step);
        finish();
        return System.nanoTime() - start;
    }

    /**
     * Makes of a step something that replays it with less effort, such as a graph. Nothing but the addresses and the shape may be
     * recorded: contents of memory change between replays.
     *
     * @param steps runs the step once
     * @param shape the step's shape
     * @return what replays it, closed by whoever asked; nothing where the backend walks each step anew
     */
    default Optional<Launch> record(Launch steps, StepShape shape) {
        return Optional.empty();
    }
}
