package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** {@code rows.c}: what is done to one row of activations. Types are those of {@link CType}, by number. Calls allocate nothing. Thread-safe. */
public final class RowKernels {
    private final MethodHandle rmsNorm;
    private final MethodHandle layerNorm;
    private final MethodHandle gated;
    private final MethodHandle rope;

    private RowKernels(NativeKernels kernels) {
        rmsNorm = kernels.bind(
                "tenon_rms_norm",
                FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_DOUBLE));
        layerNorm = kernels.bind(
                "tenon_layer_norm",
                FunctionDescriptor.ofVoid(
                        JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_DOUBLE));
        gated = kernels.bind(
                "tenon_gated",
                FunctionDescriptor.ofVoid(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
        rope = kernels.bind(
                "tenon_rope",
                FunctionDescriptor.ofVoid(
                        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT,
                        JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }

    /**
     * Binds the kernels.
     *
     * @param kernels the library, if it is there
     * @return the kernels, if the library is there
     */
    public static Optional<RowKernels> of(Optional<NativeKernels> kernels) {
        return kernels.map(RowKernels::new);
    }

    /**
     * {@code y = x / sqrt(mean(x^2) + epsilon) * weight}.
     *
     * @param x a row
     * @param from its type
     * @param weight F32
     * @param y where the result goes
     * @param to its type
     * @param width the elements of a row
     * @param epsilon added to the mean square
     */
    public void rmsNorm(long x, int from, long weight, long y, int to, long width, double epsilon) {
        try {
            rmsNorm.invokeExact(x, from, weight, y, to, width, epsilon);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_rms_norm", failure);
        }
    }

    /**
     * {@code y = (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias}.
     *
     * @param x a row
     * @param from its type
     * @param weight F32
     * @param bias F32; zero for none
     * @param y where the result goes
     * @param to its type
     * @param width the elements of a row
     * @param epsilon added to the variance
     */
    public void layerNorm(long x, int from, long weight, long bias, long y, int to, long width, double epsilon) {
        try {
            layerNorm.invokeExact(x, from, weight, bias, y, to, width, epsilon);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_layer_norm", failure);
        }
    }

    /**
     * {@code y = f(gate) * up}.
     *
     * @param activation {@code f}, by the numbers of {@code enum activation} in the source
     * @param gate a row
     * @param up a row of the same type; zero for {@code y = f(gate)}
     * @param from their type
     * @param y where the result goes, which may be where a row of the same type lies
     * @param to its type
     * @param width the elements of a row
     */
    public void gated(int activation, long gate, long up, int from, long y, int to, long width) {
        try {
            gated.invokeExact(activation, gate, up, from, y, to, width);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_gated", failure);
        }
    }

    /**
     * The heads of a row: the same wherever the row lies.
     *
     * @param interleaved 1 where a pair is two neighbours, 0 where it is columns {@code pairs} apart
     * @param from the type of what is rotated
     * @param fromHead bytes from head to head of it
     * @param to the type of the result
     * @param toHead bytes from head to head of it
     * @param heads how many
     * @param width of a head
     * @param pairs that are rotated
     */
    public record Rotation(
            int interleaved, int from, long fromHead, int to, long toHead, long heads, long width, long pairs) {}

    /**
     * Rotates pairs of columns.
     *
     * @param rotation what the heads are like
     * @param x a row's first head
     * @param cos F32
     * @param sin F32
     * @param y where the first head of the result goes, apart from {@code x}
     */
    public void rope(Rotation rotation, long x, long cos, long sin, long y) {
        try {
            rope.invokeExact(
                    rotation.interleaved,
                    x,
                    rotation.fromHead,
                    rotation.from,
                    cos,
                    sin,
                    y,
                    rotation.toHead,
                    rotation.to,
                    rotation.heads,
                    rotation.width,
                    rotation.pairs);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_rope", failure);
        }
    }
}
