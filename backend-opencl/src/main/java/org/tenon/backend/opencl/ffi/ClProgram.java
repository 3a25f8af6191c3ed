package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Kernels compiled for the device of a context. Thread-safe. */
public final class ClProgram implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClProgram.class.getName());
    private static final int BUILD_LOG = 0x1183;
    private static final int BINARY_SIZES = 0x1165;
    private static final int BINARIES = 0x1166;
    private static final int BUILD_FAILURE = -11;
    private static final MemorySegment NONE = MemorySegment.NULL;

    private final ClContext context;
    private final String name;
    private final long handle;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private ClProgram(ClContext context, String name, long handle) {
        this.context = context;
        this.name = name;
        this.handle = handle;
    }

    /**
     * Compiles a program, or takes it from the cache.
     *
     * @param context the device
     * @param cache keeps it
     * @param name what messages call it
     * @param source OpenCL C
     * @param options the compiler's options
     * @return the program; the caller closes it
     * @throws ClFailure when it can't be compiled; holds the compiler's words
     */
    public static ClProgram compile(ClContext context, BinaryCache cache, String name, String source, String options) {
        String key = String.join("\0", context.device().identity(), options, source);
        Optional<byte[]> binary = cache.read(key);
        if (binary.isPresent()) {
            try {
                return ofBinary(context, name, binary.get(), options);
            } catch (ClFailure refused) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "A program of the cache is compiled anew: {0}",
                        refused.getMessage());
            }
        }
        ClProgram program = ofSource(context, name, source, options);
        if (cache.keeps()) { // PoCL compiles every kernel for that
            cache.write(key, program.binary());
        }
        return program;
    }

    private static ClProgram ofSource(ClContext context, String name, String source, String options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sources = arena.allocateFrom(ADDRESS, arena.allocateFrom(source));
            long handle =
                    context.cl().make(context.name(), "clCreateProgramWithSource", context.handle(), 1, sources, NONE);
            return new ClProgram(context, name, handle).built(options);
        }
    }

    private static ClProgram ofBinary(ClContext context, String name, byte[] binary, String options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, binary);
            long handle = context.cl()
                    .make(
                            context.name(),
                            "clCreateProgramWithBinary",
                            context.handle(),
                            1,
                            arena.allocateFrom(JAVA_LONG, context.device().id()),
                            arena.allocateFrom(JAVA_LONG, bytes.byteSize()),
                            arena.allocateFrom(ADDRESS, bytes),
                            arena.allocate(JAVA_INT));
            return new ClProgram(context, name, handle).built(options);
        }
    }

    private ClProgram built(String options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment device =
                    arena.allocateFrom(JAVA_LONG, context.device().id());
            int code = context.cl().call("clBuildProgram", handle, 1, device, arena.allocateFrom(options), NONE, NONE);
            if (code != 0) {
                String log = code == BUILD_FAILURE ? "\n" + log(arena) : "";
                close();
                throw new ClFailure("clBuildProgram of " + name + " with '" + options + "'", code, context.name(), log);
            }
        }
        return this;
    }

    private String log(Arena arena) {
        OpenCl cl = context.cl();
        long device = context.device().id();
        MemorySegment size = arena.allocate(JAVA_LONG);
        cl.call("clGetProgramBuildInfo", handle, device, BUILD_LOG, 0L, NONE, size);
        MemorySegment text = arena.allocate(size.get(JAVA_LONG, 0) + 1);
        cl.call("clGetProgramBuildInfo", handle, device, BUILD_LOG, text.byteSize() - 1, text, NONE);
        return text.getString(0, StandardCharsets.UTF_8).strip();
    }

    private byte[] binary() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            info(BINARY_SIZES, size);
            MemorySegment bytes = arena.allocate(size.get(JAVA_LONG, 0));
            info(BINARIES, arena.allocateFrom(ADDRESS, bytes));
            return bytes.toArray(JAVA_BYTE);
        }
    }

    private void info(int parameter, MemorySegment target) {
        OpenCl.require(
                context.cl().call("clGetProgramInfo", handle, parameter, target.byteSize(), target, NONE),
                "clGetProgramInfo of " + name,
                context.name());
    }

    /**
     * A kernel of the program, with arguments of its own.
     *
     * @param function the kernel's name
     * @return the kernel; the caller closes it
     */
    public ClKernel kernel(String function) {
        if (!open.get()) {
            throw new IllegalStateException(
                    "the backend on " + context.name() + " was closed and is used all the same");
        }
        try (Arena arena = Arena.ofConfined()) {
            long kernel = context.cl().make(context.name(), "clCreateKernel", handle, arena.allocateFrom(function));
            return new ClKernel(context, function, kernel);
        }
    }

    /** Gives the program back; kernels made of it live on. Idempotent. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            context.cl().call("clReleaseProgram", handle);
        }
    }
}
