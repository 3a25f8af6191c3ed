package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tenon.api.TenonException;

/**
 * The functions of oneDNN's C interface ({@code dnnl.h}, version 3) that products need. Handles are addresses; every status is checked. Those that
 * a launch calls are bound for speed, those that make and destroy objects for brevity.
 */
final class Dnnl {
    /** A function that isn't there for what was asked. */
    private static final int UNIMPLEMENTED = 3;

    private static final List<String> STATUS = List.of(
            "success",
            "out of memory",
            "invalid arguments",
            "unimplemented",
            "last implementation reached",
            "runtime error");

    private static final int MAJOR = 3;
    private static final int RUNTIME_OPENMP = 2;

    /** {@code int major, minor, patch; const char *hash; unsigned cpu_runtime, gpu_runtime}. */
    private static final long VERSION_BYTES = 32;

    private static final long CPU_RUNTIME = 24;

    /** Functions that give a status, without those that a launch calls. */
    private static final Map<String, FunctionDescriptor> CREATING = Map.ofEntries(
            Map.entry("dnnl_engine_create", status(ADDRESS, JAVA_INT, JAVA_LONG)),
            Map.entry("dnnl_engine_destroy", status(JAVA_LONG)),
            Map.entry("dnnl_stream_create", status(ADDRESS, JAVA_LONG, JAVA_INT)),
            Map.entry("dnnl_stream_destroy", status(JAVA_LONG)),
            Map.entry("dnnl_memory_desc_create_with_strides", status(ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS)),
            Map.entry("dnnl_memory_desc_destroy", status(JAVA_LONG)),
            Map.entry("dnnl_primitive_attr_create", status(ADDRESS)),
            Map.entry("dnnl_primitive_attr_set_scratchpad_mode", status(JAVA_LONG, JAVA_INT)),
            Map.entry("dnnl_primitive_attr_destroy", status(JAVA_LONG)),
            Map.entry(
                    "dnnl_matmul_primitive_desc_create",
                    status(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG)),
            Map.entry("dnnl_primitive_desc_query", status(JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS)),
            Map.entry("dnnl_primitive_desc_destroy", status(JAVA_LONG)),
            Map.entry("dnnl_primitive_create", status(ADDRESS, JAVA_LONG)),
            Map.entry("dnnl_primitive_destroy", status(JAVA_LONG)),
            Map.entry("dnnl_memory_create", status(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG)),
            Map.entry("dnnl_memory_destroy", status(JAVA_LONG)));

    private final String version;
    private final Map<String, MethodHandle> creating = new HashMap<>();
    private final MethodHandle queryDesc;
    private final MethodHandle descBytes;
    private final MethodHandle setAddress;
    private final MethodHandle execute;
    private final MethodHandle setThreads;

    /**
     * Binds the functions.
     *
     * @param library the library
     * @throws Unavailable when it isn't the version that we bind, or lacks OpenMP
     */
    Dnnl(NativeLibraries.Loaded library) throws Unavailable {
        version = version(library);
        for (Map.Entry<String, FunctionDescriptor> each : CREATING.entrySet()) {
            creating.put(each.getKey(), bind(library, each.getKey(), each.getValue()));
        }
        queryDesc = bind(
                library,
                "dnnl_primitive_desc_query_md",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
        descBytes = bind(library, "dnnl_memory_desc_get_size", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        setAddress = bind(library, "dnnl_memory_set_data_handle", status(JAVA_LONG, JAVA_LONG));
        execute = bind(library, "dnnl_primitive_execute", status(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
        setThreads = bind(library, "omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));
    }

    private static FunctionDescriptor status(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(NativeLibraries.Loaded library, String name, FunctionDescriptor descriptor)
            throws Unavailable {
        Optional<MemorySegment> symbol = library.symbols().find(name);
        if (symbol.isEmpty()) {
            throw new Unavailable(library.path() + " has no " + name + ": it isn't oneDNN 3 built with OpenMP");
        }
        return Linker.nativeLinker().downcallHandle(symbol.get(), descriptor);
    }

    @SuppressWarnings("restricted")
    private static String version(NativeLibraries.Loaded library) throws Unavailable {
        MethodHandle function = bind(library, "dnnl_version", FunctionDescriptor.of(ADDRESS));
        MemorySegment found;
        try {
            found = ((MemorySegment) function.invokeExact()).reinterpret(VERSION_BYTES);
        } catch (Throwable failure) {
            throw unexpected("dnnl_version", failure);
        }
        String version = found.get(JAVA_INT, 0) + "." + found.get(JAVA_INT, 4) + "." + found.get(JAVA_INT, 8);
        if (found.get(JAVA_INT, 0) != MAJOR || found.get(JAVA_INT, CPU_RUNTIME) != RUNTIME_OPENMP) {
            throw new Unavailable(
                    library.path() + " is oneDNN " + version + "; needed is " + MAJOR + ".x, built with OpenMP");
        }
        return version;
    }

    String version() {
        return version;
    }

    /** Makes an object; {@return its handle} The function's first argument receives it. */
    long create(String function, Object... arguments) {
        return tryCreate(function, arguments)
                .orElseThrow(() -> new TenonException("oneDNN: " + function + " failed: unimplemented"));
    }

    /** Makes an object, unless the library doesn't have it. */
    Optional<Long> tryCreate(String function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(ADDRESS);
            List<Object> all = new ArrayList<>();
            all.add(made);
            all.addAll(List.of(arguments));
            int status = invoke(function, all);
            if (status == UNIMPLEMENTED) {
                return Optional.empty();
            }
            check(function, status);
            return Optional.of(made.get(JAVA_LONG, 0));
        }
    }

    /** Calls a function that gives nothing but its status. */
    void call(String function, Object... arguments) {
        check(function, invoke(function, List.of(arguments)));
    }

    private int invoke(String function, List<Object> arguments) {
        try {
            return (int) Objects.requireNonNull(creating.get(function)).invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw unexpected(function, failure);
        }
    }

    /** A descriptor that belongs to a primitive's descriptor. */
    long queryDesc(long primitiveDesc, int what) {
        try {
            return (long) queryDesc.invokeExact(primitiveDesc, what, 0);
        } catch (Throwable failure) {
            throw unexpected("dnnl_primitive_desc_query_md", failure);
        }
    }

    /** The bytes that a memory of a descriptor takes. */
    long bytes(long desc) {
        try {
            return (long) descBytes.invokeExact(desc);
        } catch (Throwable failure) {
            throw unexpected("dnnl_memory_desc_get_size", failure);
        }
    }

    /** Says where a memory object's data lies. */
    void setAddress(long memory, long address) {
        int status;
        try {
            status = (int) setAddress.invokeExact(memory, address);
        } catch (Throwable failure) {
            throw unexpected("dnnl_memory_set_data_handle", failure);
        }
        check("dnnl_memory_set_data_handle", status);
    }

    /** Runs a primitive on the calling thread and no other. */
    void execute(long primitive, long stream, int count, long arguments) {
        int status;
        try {
            setThreads.invokeExact(1); // OpenMP keeps it for each thread
            status = (int) execute.invokeExact(primitive, stream, count, arguments);
        } catch (Throwable failure) {
            throw unexpected("dnnl_primitive_execute", failure);
        }
        check("dnnl_primitive_execute", status);
    }

    /** Lets the calling thread alone compute what it makes and runs. */
    void useOneThread() {
        try {
            setThreads.invokeExact(1);
        } catch (Throwable failure) {
            throw unexpected("omp_set_num_threads", failure);
        }
    }

    private static void check(String function, int status) {
        if (status != 0) {
            String meaning = status > 0 && status < STATUS.size() ? STATUS.get(status) : "unknown";
            throw new TenonException("oneDNN: " + function + " failed: " + meaning + " (status " + status + ")");
        }
    }

    private static RuntimeException unexpected(String function, Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("calling " + function + " failed", failure);
    }
}
