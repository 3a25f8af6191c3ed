package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A context on one device with one in-order queue. What is put on the queue happens one after another; the calls that put something on it are for one
 * thread at a time, and allocate nothing. Buffers may be made and closed by any thread.
 */
public final class ClContext implements AutoCloseable {
    private static final long READ_WRITE = 1;
    private static final MemorySegment NONE = MemorySegment.NULL;

    /** Bytes that a fill repeats. */
    private static final long PATTERN = 16;

    private final OpenCl cl;
    private final ClDevice device;
    private final String name;
    private final long context;
    private final long queue;
    private final MemorySegment zero = Arena.ofAuto().allocate(PATTERN, PATTERN);
    private final AtomicBoolean open = new AtomicBoolean(true);
    private Optional<ClCommands.Functions> functions = Optional.empty();
    private Optional<ClCommands> recorded = Optional.empty();
    private Optional<ClStopwatch> stopwatch = Optional.empty();
    private long waits;

    ClContext(ClDevice device) {
        this.device = device;
        cl = device.cl();
        name = device.name();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocateFrom(JAVA_LONG, device.id());
            context = cl.make(name, "clCreateContext", NONE, 1, id, NONE, NONE);
        }
        try {
            queue = cl.make(name, "clCreateCommandQueue", context, device.id(), 0L);
        } catch (ClFailure failure) {
            cl.call("clReleaseContext", context);
            throw failure;
        }
    }

    OpenCl cl() {
        return cl;
    }

    ClDevice device() {
        return device;
    }

    /** {@return the device's name} */
    public String name() {
        return name;
    }

    long handle() {
        return context;
    }

    /** {@return the queue; once it is closed there is none} */
    long queue() {
        if (!open.get()) {
            throw new IllegalStateException("the backend on " + name + " was closed and is used all the same");
        }
        return stopwatch.isPresent() ? stopwatch.get().queue() : queue;
    }

    /** The address where the next launch puts its event; 0 for nowhere. */
    long event() {
        return stopwatch.isPresent() ? stopwatch.get().event().address() : 0;
    }

    /** How often all that was on the queue has been waited for. */
    long waits() {
        return waits;
    }

    /** What launches are kept in rather than put on the queue. */
    Optional<ClCommands> recorded() {
        return recorded;
    }

    /**
     * Keeps launches on the device, where it can do that.
     *
     * @param launches puts launches on the queue and nothing else
     * @return what repeats them, with the arguments that they had, and is closed by the caller; nothing where the device keeps no commands
     * @throws ClFailure when the driver refuses
     */
    public Optional<ClCommands> record(Runnable launches) {
        if (!device.reports(ClCommands.EXTENSION)) {
            return Optional.empty();
        }
        if (functions.isEmpty()) {
            functions = Optional.of(ClCommands.Functions.of(this));
        }
        ClCommands commands = new ClCommands(this, functions.get());
        recorded = Optional.of(commands);
        try {
            launches.run();
            commands.finish();
        } catch (RuntimeException failure) {
            commands.close();
            throw failure;
        } finally {
            recorded = Optional.empty();
        }
        return Optional.of(commands);
    }

    /**
     * Lets launches run and tells how long the device worked for them, by its own clock.
     *
     * @param launches puts launches on the queue and nothing else
     * @return nanoseconds
     */
    public long timed(Runnable launches) {
        finish();
        try (ClStopwatch watch = new ClStopwatch(this, context)) {
            stopwatch = Optional.of(watch);
            launches.run();
            finish();
            return watch.nanos();
        } finally {
            stopwatch = Optional.empty();
        }
    }

    /** A buffer in the device's memory. Closed buffers have no handle. */
    public final class ClBuffer implements AutoCloseable {
        private final long handle;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private ClBuffer(long handle) {
            this.handle = handle;
        }

        long handle() {
            if (!open.get()) {
                throw new IllegalStateException("memory of " + name + " was closed and is used all the same");
            }
            return handle;
        }

        /** Gives the memory back once what is on the queue is done with it. Idempotent. */
        @Override
        public void close() {
            if (open.getAndSet(false)) {
                cl.call("clReleaseMemObject", handle);
            }
        }
    }

    /**
     * Makes a buffer. Drivers may take the memory only when it is first written to.
     *
     * @param bytes its size, one or more
     * @return the buffer
     * @throws ClFailure when there isn't memory enough
     */
    public ClBuffer buffer(long bytes) {
        return new ClBuffer(cl.make(name, "clCreateBuffer", context, READ_WRITE, bytes, NONE));
    }

    /**
     * Copies from the host.
     *
     * @param host the address of native memory
     * @param target receives the bytes
     * @param offset where in it to begin
     * @param bytes how many
     * @param wait whether to wait for it; if not, the bytes must stay as they are until the queue has got there
     */
    public void write(long host, ClBuffer target, long offset, long bytes, boolean wait) {
        try {
            require(
                    (int) cl.enqueueWrite.invokeExact(
                            queue(), target.handle(), wait ? 1 : 0, offset, bytes, host, 0, NONE, NONE),
                    "clEnqueueWriteBuffer");
        } catch (Throwable failure) {
            throw rethrown("clEnqueueWriteBuffer", failure);
        }
    }

    /**
     * Copies to the host, and waits for it.
     *
     * @param source holds the bytes
     * @param offset where in it to begin
     * @param host the address of native memory
     * @param bytes how many
     */
    public void read(ClBuffer source, long offset, long host, long bytes) {
        try {
            require(
                    (int) cl.enqueueRead.invokeExact(queue(), source.handle(), 1, offset, bytes, host, 0, NONE, NONE),
                    "clEnqueueReadBuffer");
        } catch (Throwable failure) {
            throw rethrown("clEnqueueReadBuffer", failure);
        }
    }

    /**
     * Sets bytes to zero.
     *
     * @param target the buffer
     * @param offset where in it to begin
     * @param bytes how many
     */
    public void clear(ClBuffer target, long offset, long bytes) {
        long pattern = (offset | bytes) % PATTERN == 0 ? PATTERN : 1; // longer ones are written faster
        try {
            require(
                    (int) cl.enqueueFill.invokeExact(
                            queue(), target.handle(), zero, pattern, offset, bytes, 0, NONE, NONE),
                    "clEnqueueFillBuffer");
        } catch (Throwable failure) {
            throw rethrown("clEnqueueFillBuffer", failure);
        }
    }

    /**
     * Copies within the device's memory; the ranges don't overlap.
     *
     * @param source where from
     * @param from the first byte there
     * @param target where to
     * @param to the first byte there
     * @param bytes how many
     */
    public void copy(ClBuffer source, long from, ClBuffer target, long to, long bytes) {
        try {
            require(
                    (int) cl.enqueueCopy.invokeExact(
                            queue(), source.handle(), target.handle(), from, to, bytes, 0, NONE, NONE),
                    "clEnqueueCopyBuffer");
        } catch (Throwable failure) {
            throw rethrown("clEnqueueCopyBuffer", failure);
        }
    }

    /** Waits until all that was put on the queue is done. */
    public void finish() {
        try {
            require((int) cl.finish.invokeExact(queue()), "clFinish");
            waits++;
        } catch (Throwable failure) {
            throw rethrown("clFinish", failure);
        }
    }

    /** Waits, whatever comes of it. */
    private void awaited() {
        try {
            int ignored = (int) cl.finish.invokeExact(queue);
        } catch (Throwable failure) {
            throw rethrown("clFinish", failure);
        }
    }

    private void require(int code, String call) {
        OpenCl.require(code, call, name);
    }

    static RuntimeException rethrown(String call, Throwable failure) {
        return failure instanceof RuntimeException known ? known : OpenCl.unexpected(call, failure);
    }

    /** Waits for what is on the queue, which may still read the host's memory, and gives queue and context back. Idempotent. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            awaited();
            cl.call("clReleaseCommandQueue", queue);
            cl.call("clReleaseContext", context);
        }
    }
}
