package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What one of OpenCL's objects says of itself.
 *
 * @param cl the functions
 * @param function the one to ask
 * @param object the object's handle
 */
record ClInfo(OpenCl cl, String function, long object) {
    private static final String WHO = "this machine";

    /** {@return a text, without spaces around it} */
    String text(int parameter) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            OpenCl.require(cl.call(function, object, parameter, 0L, MemorySegment.NULL, size), function, WHO);
            MemorySegment text =
                    arena.allocate(size.get(JAVA_LONG, 0) + 1); // ends in 0 even where the driver's doesn't
            OpenCl.require(
                    cl.call(function, object, parameter, text.byteSize() - 1, text, MemorySegment.NULL), function, WHO);
            return text.getString(0, StandardCharsets.UTF_8).strip();
        }
    }

    /** {@return a number of at most eight bytes} */
    long number(int parameter) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_LONG);
            OpenCl.require(
                    cl.call(function, object, parameter, number.byteSize(), number, MemorySegment.NULL), function, WHO);
            return number.get(JAVA_LONG, 0);
        }
    }
}
