package com.example.plain;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.StepShape;

/**
 * The elements of a tensor, by four indices. A tensor of fewer dimensions has dimensions of 1 beside its own. Along a dimension of 1 the
 * stride is 0, so that its only element is found at every index: this is all that broadcasting takes.
 */
final class Cells {
    private static final int RANK = 4;
    private static final long BYTES = 4; // of an element, F32 and I32 alike

    /** Whether the elements are I32 rather than F32. */
    final boolean whole;

    private final MemorySegment memory;
    private final Dim[] sizes = new Dim[RANK];
    private final long[] strides = new long[RANK]; // in bytes

    private Cells(Buffer buffer, int first) {
        memory = HostMemory.segment(buffer);
        whole = buffer.type().equals(DType.I32);
        int rank = buffer.shape().rank();
        for (int i = 0; i < RANK; i++) {
            int own = i - first;
            boolean there = own >= 0 && own < rank;
            sizes[i] = there ? buffer.shape().dim(own) : Dim.of(1);
            boolean repeats = sizes[i].equals(Dim.of(1));
            strides[i] = repeats ? 0 : own == rank - 1 ? BYTES : buffer.spec().stride(own);
        }
    }

    /** A tensor whose last dimension is the last index. */
    static Cells of(Buffer buffer) {
        return new Cells(buffer, RANK - buffer.shape().rank());
    }

    /** A tensor whose first dimension, its rows, is the first index. */
    static Cells rows(Buffer buffer) {
        return new Cells(buffer, 0);
    }

    /** How many columns there are in this step. */
    long width(StepShape step) {
        return sizes[RANK - 1].size(step);
    }

    float real(long a, long b, long c, long d) {
        return memory.get(ValueLayout.JAVA_FLOAT, at(a, b, c, d));
    }

    int whole(long a, long b, long c, long d) {
        return memory.get(ValueLayout.JAVA_INT, at(a, b, c, d));
    }

    /** An element of either type. */
    double number(long a, long b, long c, long d) {
        return whole ? whole(a, b, c, d) : real(a, b, c, d);
    }

    /** Rounds to the nearest F32, or towards zero to an I32. */
    void put(long a, long b, long c, long d, double value) {
        if (whole) {
            memory.set(ValueLayout.JAVA_INT, at(a, b, c, d), (int) value);
        } else {
            memory.set(ValueLayout.JAVA_FLOAT, at(a, b, c, d), (float) value);
        }
    }

    /** Puts the bits of an element, of either type. */
    void putBits(long a, long b, long c, long d, int bits) {
        memory.set(ValueLayout.JAVA_INT, at(a, b, c, d), bits);
    }

    private long at(long a, long b, long c, long d) {
        return a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3];
    }

    /** What is done at an index. */
    @FunctionalInterface
    interface Action {
        void at(long a, long b, long c, long d, StepShape step);
    }

    /** Does something at every index that the tensor has in this step. */
    void each(StepShape step, Action action) {
        long as = sizes[0].size(step);
        long bs = sizes[1].size(step);
        long cs = sizes[2].size(step);
        long ds = sizes[3].size(step);
        for (long a = 0; a < as; a++) {
            for (long b = 0; b < bs; b++) {
                for (long c = 0; c < cs; c++) {
                    for (long d = 0; d < ds; d++) {
                        action.at(a, b, c, d, step);
                    }
                }
            }
        }
    }
}
