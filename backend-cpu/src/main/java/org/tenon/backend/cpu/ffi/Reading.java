package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** {@code read.c}: reads memory as fast as the machine can. Thread-safe. */
public final class Reading {
    private final MethodHandle read;

    /**
     * Binds the kernel.
     *
     * @param kernels the library
     */
    public Reading(NativeKernels kernels) {
        read = kernels.bind("tenon_read", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
    }

    /**
     * A way to read.
     *
     * @param streams 1 or 4: how many places are read from in turn
     * @param ahead how many bytes ahead memory is prefetched; 0 for not at all
     */
    public record Pattern(int streams, long ahead) {}

    /**
     * Reads memory.
     *
     * @param address where it begins
     * @param bytes how many
     * @param pattern the way
     * @return a sum of all that was read
     */
    public int read(long address, long bytes, Pattern pattern) {
        try {
            return (int) read.invokeExact(address, bytes, pattern.streams(), pattern.ahead());
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_read", failure);
        }
    }
}
