package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tenon.backend.opencl.ffi.ClContext.ClBuffer;

/**
 * A kernel with its arguments. Setting a number and launching allocate nothing. Used from one thread at a time, but for {@link #close}.
 */
public final class ClKernel implements AutoCloseable {
    /** The most numbers of one argument, a {@code ulong8}. */
    private static final int MOST_NUMBERS = 8;

    private static final int WORK_GROUP_SIZE = 0x11B0;

    private static final MemorySegment NONE = MemorySegment.NULL;

    private final ClContext context;
    private final String name;
    private final long handle;
    private final MemorySegment value;
    private final MemorySegment global;
    private final MemorySegment local;
    private final AtomicBoolean open = new AtomicBoolean(true);

    ClKernel(ClContext context, String name, long handle) {
        this.context = context;
        this.name = name;
        this.handle = handle;
        Arena arena = Arena.ofAuto();
        value = arena.allocate(JAVA_LONG, MOST_NUMBERS);
        global = arena.allocate(JAVA_LONG);
        local = arena.allocate(JAVA_LONG);
    }

    /** {@return the most work-items that a work-group of it can have on the context's device, for the registers and the local memory that it takes} */
    public long mostItems() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment most = arena.allocate(JAVA_LONG);
            OpenCl.require(
                    context.cl()
                            .call(
                                    "clGetKernelWorkGroupInfo",
                                    handle,
                                    context.device().id(),
                                    WORK_GROUP_SIZE,
                                    most.byteSize(),
                                    most,
                                    NONE),
                    "clGetKernelWorkGroupInfo of " + name,
                    context.name());
            return most.get(JAVA_LONG, 0);
        }
    }

    /**
     * Sets an argument to memory, which must outlive the launches.
     *
     * @param index the argument's place
     * @param buffer the memory
     */
    public void set(int index, ClBuffer buffer) {
        set(index, buffer.handle());
    }

    /**
     * Sets an argument to no memory, where an operand may be missing.
     *
     * @param index the argument's place
     */
    public void setNone(int index) {
        set(index, 0L);
    }

    /**
     * Sets an argument to a {@code float}.
     *
     * @param index the argument's place
     * @param number the number
     */
    public void set(int index, float number) {
        value.set(JAVA_FLOAT, 0, number);
        set(index, value, JAVA_FLOAT.byteSize());
    }

    /**
     * Sets an argument to a {@code ulong}.
     *
     * @param index the argument's place
     * @param number the number
     */
    public void set(int index, long number) {
        value.set(JAVA_LONG, 0, number);
        set(index, value, JAVA_LONG.byteSize());
    }

    /**
     * Sets an argument to a vector of {@code ulong}s.
     *
     * @param index the argument's place
     * @param numbers as many as the vector has, at most eight
     */
    public void set(int index, long[] numbers) {
        MemorySegment.copy(numbers, 0, value, JAVA_LONG, 0, numbers.length);
        set(index, value, JAVA_LONG.byteSize() * numbers.length);
    }

    private void set(int index, MemorySegment from, long bytes) {
        try {
            int code = (int) context.cl().setKernelArg.invokeExact(handle, index, bytes, from);
            if (code != 0) {
                throw new ClFailure("clSetKernelArg of " + name + ", argument " + index, code, context.name());
            }
        } catch (Throwable failure) {
            throw ClContext.rethrown("clSetKernelArg", failure);
        }
    }

    /**
     * Puts a launch on the context's queue, or keeps it where launches are {@linkplain ClContext#record recorded}.
     *
     * @param items how many work-items, a multiple of the group
     * @param group work-items of a work-group
     */
    public void launch(long items, long group) {
        global.set(JAVA_LONG, 0, items);
        local.set(JAVA_LONG, 0, group);
        Optional<ClCommands> recorded = context.recorded();
        if (recorded.isPresent()) {
            recorded.get().add(name, handle, global, local);
            return;
        }
        try {
            int code = (int) context.cl()
                    .enqueueKernel
                    .invokeExact(context.queue(), handle, 1, NONE, global, local, 0, NONE, context.event());
            if (code != 0) {
                throw new ClFailure("clEnqueueNDRangeKernel of " + name, code, context.name());
            }
        } catch (Throwable failure) {
            throw ClContext.rethrown("clEnqueueNDRangeKernel", failure);
        }
    }

    /** Gives the kernel back; what is on the queue is done all the same. Idempotent. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            context.cl().call("clReleaseKernel", handle);
        }
    }
}
