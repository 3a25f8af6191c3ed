package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.TensorSpec;

/** A buffer as rows of its last dimension, counted through all dimensions before it, with gaps or without. */
final class View {
    private final MemorySegment bytes;
    private final TensorSpec spec;
    private final Lanes lanes;
    private final long[] sizes; // of the dimensions between the first and the last; without bound where there are fewer
    private final long[] strides; // of the dimensions before the last, outermost first
    private final boolean even; // whether one stride leads from each row to the next

    View(Buffer buffer) {
        bytes = HostMemory.segment(buffer);
        spec = buffer.spec();
        lanes = Lanes.of(spec.type());
        int outer = spec.shape().rank() - 1;
        sizes = new long[] {Long.MAX_VALUE, Long.MAX_VALUE};
        strides = new long[3];
        for (int i = 0; i < outer; i++) {
            strides[3 - outer + i] = spec.stride(i);
            if (i > 0) {
                sizes[2 - outer + i] = spec.shape().size(i);
            }
        }
        boolean follows = true;
        for (int i = outer - 2; i >= 0; i--) {
            follows &= spec.stride(i) == spec.stride(i + 1) * spec.shape().size(i + 1);
        }
        even = follows;
    }

    MemorySegment bytes() {
        return bytes;
    }

    Shape shape() {
        return spec.shape();
    }

    DType type() {
        return spec.type();
    }

    Lanes lanes() {
        return lanes;
    }

    /** {@return the size of the last dimension} */
    int width() {
        return Math.toIntExact(spec.width());
    }

    /** {@return the bytes between neighbours along a dimension, not the last} */
    long stride(int dimension) {
        return spec.stride(dimension);
    }

    /** {@return the number of rows in a step} */
    long rows(StepShape step) {
        long rows = 1;
        for (int i = 0; i < spec.shape().rank() - 1; i++) {
            Dim dim = spec.shape().dim(i);
            rows *= dim.size(step);
        }
        return rows;
    }

    /** {@return the byte that a row begins at} */
    long at(long row) {
        if (even) {
            return row * strides[2];
        }
        long inner = row % sizes[1];
        long rest = row / sizes[1];
        return inner * strides[2] + rest % sizes[0] * strides[1] + rest / sizes[0] * strides[0];
    }

    /** {@return the address that a row begins at} */
    long address(long row) {
        return bytes.address() + at(row);
    }

    /** Reads a row. */
    void load(long row, float[] to, int at) {
        lanes.load(bytes, at(row), to, at, width());
    }

    /** Writes a row. */
    void store(float[] from, int at, long row) {
        lanes.store(from, at, bytes, at(row), width());
    }

    /** {@return an element of an I32 vector} */
    int integer(long index) {
        return bytes.get(Lanes.INT, 4 * index);
    }
}
