package org.tenon.conformance.trial;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.TensorSpec;

/** Elements of scalar types in bytes on the host: whole numbers as they are, others by the type's codec. */
public final class Scalars {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private Scalars() {}

    /**
     * Reads an element.
     *
     * @param type its type
     * @param bytes where it lies
     * @param at its first byte
     * @return its value
     */
    public static double get(DType type, MemorySegment bytes, long at) {
        if (type.equals(DType.I32)) {
            return bytes.get(INT, at);
        }
        float[] one = new float[1];
        type.codec().decode(bytes.asSlice(at), 0, one, 0, 1);
        return one[0];
    }

    /**
     * Writes an element.
     *
     * @param type its type
     * @param bytes where it lies
     * @param at its first byte
     * @param value its value
     */
    public static void set(DType type, MemorySegment bytes, long at, double value) {
        if (type.equals(DType.I32)) {
            bytes.set(INT, at, (int) value);
        } else {
            type.codec().encode(new float[] {(float) value}, 0, 1, bytes.asSlice(at), 0);
        }
    }

    /**
     * Where the rows of a tensor begin: all dimensions but the last.
     *
     * @param spec the tensor
     * @param step what the step counts
     * @return bytes from the first element, row by row
     */
    public static long[] rows(TensorSpec spec, StepShape step) {
        Shape shape = spec.shape();
        long[] rows = {0};
        for (int i = 0; i < shape.rank() - 1; i++) {
            int size = Math.toIntExact(shape.dim(i).size(step));
            long[] next = new long[Math.multiplyExact(rows.length, size)];
            for (int j = 0; j < next.length; j++) {
                next[j] = rows[j / size] + j % size * spec.stride(i);
            }
            rows = next;
        }
        return rows;
    }
}
