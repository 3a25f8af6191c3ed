package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import org.tenon.api.tensor.DType;

/** {@code convert.c}: numbers from one type to another. Thread-safe. */
public final class Conversions {
    private final MethodHandle convert;

    /**
     * Binds the kernel.
     *
     * @param kernels the library
     */
    public Conversions(NativeKernels kernels) {
        convert = kernels.bind(
                "tenon_convert", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
    }

    /**
     * Converts dense numbers.
     *
     * @param from where they lie
     * @param fromType F32, BF16 or F16
     * @param to where they go; apart from where they lie
     * @param toType F32, BF16 or F16
     * @param count how many
     */
    public void convert(long from, DType fromType, long to, DType toType, long count) {
        try {
            convert.invokeExact(from, CType.of(fromType), to, CType.of(toType), count);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_convert", failure);
        }
    }
}
