package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.tenon.api.TenonException;

/**
 * The functions of the ICD loader that the backend calls (The OpenCL Specification 1.2, CL/cl.h). Handles of OpenCL's objects and sizes are
 * {@code long}s, as they are on the 64-bit systems that this runs on. Thread-safe.
 */
public final class OpenCl {
    private static final int PLATFORM_NOT_FOUND = -1001;
    private static final int DEVICE_NOT_FOUND = -1;
    private static final long DEVICES_OF_EVERY_TYPE = 0xFFFFFFFFL;
    private static final int PLATFORM_VERSION = 0x0901;
    private static final int PLATFORM_NAME = 0x0902;

    /** What is called at load, once for each object, by name: the result, then the arguments. */
    private static final Map<String, FunctionDescriptor> FUNCTIONS = Map.ofEntries(
            status("clGetPlatformIDs", JAVA_INT, ADDRESS, ADDRESS),
            status("clGetPlatformInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
            status("clGetDeviceIDs", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS),
            status("clGetDeviceInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
            handle("clGetExtensionFunctionAddressForPlatform", JAVA_LONG, ADDRESS),
            status("clGetEventProfilingInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
            status("clReleaseEvent", JAVA_LONG),
            handle("clCreateContext", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
            status("clReleaseContext", JAVA_LONG),
            handle("clCreateCommandQueue", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
            status("clReleaseCommandQueue", JAVA_LONG),
            handle("clCreateBuffer", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS),
            status("clReleaseMemObject", JAVA_LONG),
            handle("clCreateProgramWithSource", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
            handle("clCreateProgramWithBinary", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
            status("clBuildProgram", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
            status("clGetProgramBuildInfo", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
            status("clGetProgramInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
            status("clReleaseProgram", JAVA_LONG),
            handle("clCreateKernel", JAVA_LONG, ADDRESS, ADDRESS),
            status("clGetKernelWorkGroupInfo", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
            status("clReleaseKernel", JAVA_LONG));

    private final SymbolLookup symbols;
    private final Map<String, MethodHandle> bound = new ConcurrentHashMap<>();

    /** {@code kernel, index, size, value}. */
    final MethodHandle setKernelArg;
    /** {@code queue, kernel, dimensions, offset, global, local, events, list, event}. */
    final MethodHandle enqueueKernel;
    /** {@code queue, buffer, blocking, offset, bytes, host, events, list, event}. */
    final MethodHandle enqueueWrite;
    /** {@code queue, buffer, blocking, offset, bytes, host, events, list, event}. */
    final MethodHandle enqueueRead;
    /** {@code queue, buffer, pattern, patternBytes, offset, bytes, events, list, event}. */
    final MethodHandle enqueueFill;
    /** {@code queue, source, target, from, to, bytes, events, list, event}. */
    final MethodHandle enqueueCopy;
    /** {@code queue}. */
    final MethodHandle finish;
    /** {@code queue}. */
    final MethodHandle flush;

    private OpenCl(SymbolLookup symbols) {
        this.symbols = symbols;
        setKernelArg = step("clSetKernelArg", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);
        enqueueKernel = step(
                "clEnqueueNDRangeKernel",
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG);
        enqueueWrite = transfer("clEnqueueWriteBuffer");
        enqueueRead = transfer("clEnqueueReadBuffer");
        enqueueFill = step(
                "clEnqueueFillBuffer",
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                ADDRESS);
        enqueueCopy = step(
                "clEnqueueCopyBuffer",
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                ADDRESS);
        finish = step("clFinish", JAVA_LONG);
        flush = step("clFlush", JAVA_LONG);
    }

    /**
     * Loads the ICD loader.
     *
     * @param library its file
     * @return its functions
     * @throws TenonException when it can't be loaded; says why
     */
    @SuppressWarnings("restricted")
    public static OpenCl load(Path library) {
        try {
            return new OpenCl(SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalCallerException denied) {
            Module module = OpenCl.class.getModule();
            String who = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            throw new TenonException("native access is denied: add --enable-native-access=" + who, denied);
        } catch (IllegalArgumentException failure) {
            throw new TenonException(
                    "the system can't load " + library
                            + ": it isn't a library for this system, or one that it needs is missing",
                    failure);
        }
    }

    /** {@return the devices of all platforms, in the loader's order; none where there is no platform} */
    public List<ClDevice> devices() {
        List<ClDevice> devices = new ArrayList<>();
        for (long platform : ids("clGetPlatformIDs", PLATFORM_NOT_FOUND)) {
            String name = new ClInfo(this, "clGetPlatformInfo", platform).text(PLATFORM_NAME);
            String version = new ClInfo(this, "clGetPlatformInfo", platform).text(PLATFORM_VERSION);
            for (long id : ids("clGetDeviceIDs", DEVICE_NOT_FOUND, platform, DEVICES_OF_EVERY_TYPE)) {
                devices.add(new ClDevice(this, id, name, version));
            }
        }
        return devices;
    }

    /** What a function lists that is asked for the number first; nothing where it answers that there is none. */
    private long[] ids(String function, int none, Object... where) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            int answer = call(function, with(where, 0, MemorySegment.NULL, count));
            if (answer == none) {
                return new long[0];
            }
            require(answer, function, "this machine");
            int many = count.get(JAVA_INT, 0);
            MemorySegment list = arena.allocate(JAVA_LONG, many);
            require(call(function, with(where, many, list, MemorySegment.NULL)), function, "this machine");
            return LongStream.range(0, many)
                    .map(i -> list.getAtIndex(JAVA_LONG, i))
                    .toArray();
        }
    }

    private static Object[] with(Object[] some, Object... more) {
        List<Object> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray();
    }

    /**
     * Calls a function that answers with a code.
     *
     * @param function its name
     * @param arguments its arguments
     * @return the code
     */
    int call(String function, Object... arguments) {
        try {
            return (int) bound(function).invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw unexpected(function, failure);
        }
    }

    /**
     * Calls a function that makes an object, and puts a code where its last argument points to.
     *
     * @param device what messages call the device
     * @param function its name
     * @param arguments its arguments but the last
     * @return the object's handle
     * @throws ClFailure when the code says so
     */
    long make(String device, String function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_INT);
            long handle = (long) bound(function).invokeWithArguments(with(arguments, code));
            require(code.get(JAVA_INT, 0), function, device);
            return handle;
        } catch (ClFailure failure) {
            throw failure;
        } catch (Throwable failure) {
            throw unexpected(function, failure);
        }
    }

    /**
     * Calls a function that answers with an address.
     *
     * @param function its name
     * @param arguments its arguments
     * @return the address; 0 for none
     */
    long address(String function, Object... arguments) {
        try {
            return (long) bound(function).invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw unexpected(function, failure);
        }
    }

    /** Fails unless a code says that all is well. */
    static void require(int code, String call, String device) {
        if (code != 0) {
            throw new ClFailure(call, code, device);
        }
    }

    /** What a call threw that only answers with codes: an error of the JVM's as it is, anything else as a fault of ours. */
    static RuntimeException unexpected(String function, Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("calling " + function + " failed", failure);
    }

    private MethodHandle bound(String function) {
        return bound.computeIfAbsent(function, name -> bind(name, Objects.requireNonNull(FUNCTIONS.get(name), name)));
    }

    @SuppressWarnings("restricted")
    private MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        symbols.find(name)
                                .orElseThrow(() -> new TenonException(
                                        "the OpenCL loader has no " + name + "; install one for OpenCL 1.2 or later")),
                        descriptor);
    }

    private MethodHandle step(String name, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private MethodHandle transfer(String name) {
        return step(name, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    }

    private static Map.Entry<String, FunctionDescriptor> status(String name, MemoryLayout... arguments) {
        return Map.entry(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private static Map.Entry<String, FunctionDescriptor> handle(String name, MemoryLayout... arguments) {
        return Map.entry(name, FunctionDescriptor.of(JAVA_LONG, arguments));
    }
}
