package org.tenon.testing.primitive;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;

/** The elements of a buffer in a step: sizes padded with ones to rank 4, strides in bytes. */
final class Elements {
    final MemorySegment bytes;
    final long[] sizes = {1, 1, 1, 1};
    final long[] strides = new long[4];
    final boolean integer;

    Elements(Buffer buffer, StepShape step) {
        bytes = HostMemory.segment(buffer);
        integer = buffer.type().equals(DType.I32);
        int rank = buffer.shape().rank();
        for (int i = 0; i < rank; i++) {
            int at = 4 - rank + i;
            sizes[at] = buffer.shape().dim(i).size(step);
            strides[at] = i == rank - 1 ? 4 : buffer.spec().stride(i);
        }
    }

    /** The same elements repeated along the dimensions of another buffer. */
    Elements broadcastTo(Elements other) {
        for (int i = 0; i < 4; i++) {
            if (sizes[i] == 1 && other.sizes[i] != 1) {
                strides[i] = 0;
            }
        }
        return this;
    }

    long at(long a, long b, long c, long d) {
        return a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3];
    }

    float real(long offset) {
        return bytes.get(ValueLayout.JAVA_FLOAT, offset);
    }

    int whole(long offset) {
        return bytes.get(ValueLayout.JAVA_INT, offset);
    }

    void set(long offset, double value) {
        if (integer) {
            bytes.set(ValueLayout.JAVA_INT, offset, (int) value);
        } else {
            bytes.set(ValueLayout.JAVA_FLOAT, offset, (float) value);
        }
    }

    void setWhole(long offset, int value) {
        bytes.set(ValueLayout.JAVA_INT, offset, value);
    }

    /** Does something at every index. */
    void each(Visit visit) {
        for (long a = 0; a < sizes[0]; a++) {
            for (long b = 0; b < sizes[1]; b++) {
                for (long c = 0; c < sizes[2]; c++) {
                    for (long d = 0; d < sizes[3]; d++) {
                        visit.at(a, b, c, d);
                    }
                }
            }
        }
    }

    /** What is done at an index. */
    @FunctionalInterface
    interface Visit {
        void at(long a, long b, long c, long d);
    }
}
