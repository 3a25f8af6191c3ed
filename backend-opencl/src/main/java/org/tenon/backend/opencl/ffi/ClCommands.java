package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Launches that the device keeps, with their arguments as they were, and repeats at one call ({@code cl_khr_command_buffer} 0.9). Used from one thread at a
 * time; {@link #run} allocates nothing.
 */
public final class ClCommands implements AutoCloseable {
    /** What a device reports that can keep commands. */
    static final String EXTENSION = "cl_khr_command_buffer";

    private static final MemorySegment NONE = MemorySegment.NULL;

    private final ClContext context;
    private final Functions functions;
    private final long handle;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private long waits = -1; // of the context, when they were last put on the queue

    /** The extension's functions, which the platform tells the addresses of. */
    record Functions(
            MethodHandle create,
            MethodHandle finalise,
            MethodHandle release,
            MethodHandle enqueue,
            MethodHandle kernel) {
        static Functions of(ClContext context) {
            return new Functions(
                    function(context, "clCreateCommandBufferKHR", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
                    function(context, "clFinalizeCommandBufferKHR", JAVA_INT, JAVA_LONG),
                    function(context, "clReleaseCommandBufferKHR", JAVA_INT, JAVA_LONG),
                    function(
                            context,
                            "clEnqueueCommandBufferKHR",
                            JAVA_INT,
                            JAVA_INT,
                            ADDRESS,
                            JAVA_LONG,
                            JAVA_INT,
                            ADDRESS,
                            ADDRESS),
                    function(
                            context,
                            "clCommandNDRangeKernelKHR",
                            JAVA_INT,
                            JAVA_LONG,
                            JAVA_LONG,
                            ADDRESS,
                            JAVA_LONG,
                            JAVA_INT,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            JAVA_INT,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS));
        }

        @SuppressWarnings("restricted")
        private static MethodHandle function(
                ClContext context, String name, MemoryLayout result, MemoryLayout... arguments) {
            try (Arena arena = Arena.ofConfined()) {
                long address = context.cl()
                        .address(
                                "clGetExtensionFunctionAddressForPlatform",
                                context.device().platformId(),
                                arena.allocateFrom(name));
                if (address == 0) {
                    throw new ClFailure("clGetExtensionFunctionAddressForPlatform of " + name, 0, context.name());
                }
                return Linker.nativeLinker()
                        .downcallHandle(MemorySegment.ofAddress(address), FunctionDescriptor.of(result, arguments));
            }
        }
    }

    ClCommands(ClContext context, Functions functions) {
        this.context = context;
        this.functions = functions;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_INT);
            handle = (long) functions.create.invokeExact(1, arena.allocateFrom(JAVA_LONG, context.queue()), NONE, code);
            OpenCl.require(code.get(JAVA_INT, 0), "clCreateCommandBufferKHR", context.name());
        } catch (Throwable failure) {
            throw ClContext.rethrown("clCreateCommandBufferKHR", failure);
        }
    }

    /** Keeps a launch; it comes after those that were kept before. */
    void add(String name, long kernel, MemorySegment global, MemorySegment local) {
        try {
            int code = (int)
                    functions.kernel.invokeExact(handle, 0L, NONE, kernel, 1, NONE, global, local, 0, NONE, NONE, NONE);
            if (code != 0) {
                throw new ClFailure("clCommandNDRangeKernelKHR of " + name, code, context.name());
            }
        } catch (Throwable failure) {
            throw ClContext.rethrown("clCommandNDRangeKernelKHR", failure);
        }
    }

    /** There will be no more. */
    void finish() {
        try {
            OpenCl.require((int) functions.finalise.invokeExact(handle), "clFinalizeCommandBufferKHR", context.name());
        } catch (Throwable failure) {
            throw ClContext.rethrown("clFinalizeCommandBufferKHR", failure);
        }
    }

    /** Puts all of them on the context's queue, in order; first waits where they may be on it still, for a device need not take them twice. */
    public void run() {
        context.queue(); // fails where the context was closed
        if (waits == context.waits()) {
            context.finish();
        }
        waits = context.waits();
        try {
            OpenCl.require(
                    (int) functions.enqueue.invokeExact(0, NONE, handle, 0, NONE, NONE),
                    "clEnqueueCommandBufferKHR",
                    context.name());
        } catch (Throwable failure) {
            throw ClContext.rethrown("clEnqueueCommandBufferKHR", failure);
        }
    }

    /** Gives the launches back. Idempotent. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            try {
                int ignored = (int) functions.release.invokeExact(handle);
            } catch (Throwable failure) {
                throw ClContext.rethrown("clReleaseCommandBufferKHR", failure);
            }
        }
    }
}
