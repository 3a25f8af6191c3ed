package org.tenon.api.program;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * A program on a backend, ready to run: kernels found and bound, weights prepared, memory at fixed addresses. A step walks a list, or
 * replays what the backend recorded of it. Used from one thread at a time; {@link #close} comes last.
 */
public final class Runner implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Runner.class.getName());

    private final Backend backend;
    private final StepShape bounds;
    private final Placement placement;
    private final Bound step;
    private final String listing;
    private final Map<StepShape, Launch> replays = new HashMap<>();
    private @Nullable KernelListener listener;

    private Runner(Backend backend, StepShape bounds, Placement placement, Bound step, String listing) {
        this.backend = backend;
        this.bounds = bounds;
        this.placement = placement;
        this.step = step;
        this.listing = listing;
    }

    /** Hears how far loading has come. */
    @FunctionalInterface
    public interface Progress {
        /**
         * A weight is prepared.
         *
         * @param done bytes of weights prepared so far, as their sources hold them
         * @param total bytes to prepare in all
         */
        void prepared(long done, long total);
    }

    /**
     * Makes a program ready.
     *
     * @param program the program
     * @param backend where to run it; stays the caller's
     * @param progress hears how far it has come
     * @return the runner; the caller closes it
     * @throws MissingKernels when the backend lacks kernels; lists all of them
     */
    public static Runner of(Program program, Backend backend, Progress progress) {
        Lowering.Lowered lowered = Lowering.lower(program, backend);
        Placement placement = Placement.of(program, lowered, backend, progress);
        try {
            Bound load = placement.bind(lowered.load());
            Bound step = placement.bind(lowered.step());
            load.run(backend.queue(), StepShape.NONE);
            backend.queue().finish();
            load.close();
            return new Runner(
                    backend, program.bounds(), placement, step, Listing.of(lowered.step(), lowered.kernels()));
        } catch (RuntimeException | Error failure) {
            placement.close();
            throw failure;
        }
    }

    /**
     * Brings an input's contents for the next step.
     *
     * @param input an input of the program that some op reads
     * @param source the contents
     * @param bytes how many, from the input's beginning
     */
    public void upload(Tensor input, MemorySegment source, long bytes) {
        Buffer buffer = placement.buffer(input);
        backend.queue().upload(source, buffer.storage(), buffer.offset(), bytes);
    }

    /**
     * The place of a tensor in the device's memory, for those who bring and fetch its contents in every step by the {@link #queue}.
     *
     * @param tensor an input, a state or an output that {@link #uses has a place}
     * @return its place, the same as long as the runner is open
     */
    public Buffer place(Tensor tensor) {
        return placement.buffer(tensor);
    }

    /**
     * Whether an op reads a tensor; what none reads has no place.
     *
     * @param tensor an input, a state or an output
     * @return whether it has a place
     */
    public boolean uses(Tensor tensor) {
        return placement.holds(tensor);
    }

    /**
     * Runs a step. Allocates nothing once the shape has been seen.
     *
     * @param shape what the step counts, at most the program's bounds
     */
    public void run(StepShape shape) {
        if (listener != null) {
            check(shape);
            step.run(backend.queue(), shape, listener);
            return;
        }
        Launch replay = replays.get(shape);
        if (replay == null) {
            check(shape);
            replay = backend.queue().record(step, shape).orElse(step);
            replays.put(shape, replay);
        }
        replay.run(backend.queue(), shape);
    }

    private void check(StepShape shape) {
        if (!bounds.holds(shape)) {
            throw new IllegalArgumentException("a step of " + shape + " is larger than the program's bounds " + bounds);
        }
    }

    /**
     * Tells a listener what each kernel takes, from the next step on. Steps are walked meanwhile, never replayed, and each kernel is waited
     * for: the whole takes longer than without.
     *
     * @param kernels the listener; what it throws comes out of {@link #run}
     */
    public void listen(KernelListener kernels) {
        listener = kernels;
        LOG.log(
                System.Logger.Level.INFO,
                "Steps are walked, not replayed, and each kernel is waited for: somebody listens.");
    }

    /** Tells nobody any more what kernels take. Idempotent. */
    public void listenNoMore() {
        listener = null;
    }

    /**
     * Reads an output, or a state, waiting for the step.
     *
     * @param tensor an output of the program, or a state
     * @param offset where in it to begin, in bytes
     * @param target receives the bytes
     * @param bytes how many
     */
    public void download(Tensor tensor, long offset, MemorySegment target, long bytes) {
        Buffer buffer = placement.buffer(tensor);
        backend.queue().download(buffer.storage(), buffer.offset() + offset, target, bytes);
    }

    /**
     * Sets bytes of a state to zero.
     *
     * @param state a state of the program
     * @param offset where in it to begin, in bytes
     * @param bytes how many
     */
    public void clear(Tensor state, long offset, long bytes) {
        Buffer buffer = placement.buffer(state);
        backend.queue().clear(buffer.storage(), buffer.offset() + offset, bytes);
    }

    /** {@return the queue that steps run on} */
    public Queue queue() {
        return backend.queue();
    }

    /** {@return the bytes of device memory held beside the weights: states, temporaries, inputs} */
    public long memoryBytes() {
        return placement.bytes();
    }

    /** {@return the kernels of a step, one a line} */
    public List<String> listing() {
        return listing.lines().toList();
    }

    /** Waits for the queue and gives all memory back. Idempotent. */
    @Override
    public void close() {
        replays.values().forEach(Launch::close);
        step.close();
        placement.close();
    }
}
