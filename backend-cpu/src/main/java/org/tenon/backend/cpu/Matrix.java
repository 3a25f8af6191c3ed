package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.tenon.api.tensor.DType;

/**
 * Rows of numbers at a fixed distance in memory.
 *
 * @param bytes the memory
 * @param type the element type
 * @param lanes moves its elements
 * @param offset the byte that the first row begins at
 * @param stride bytes from row to row
 */
record Matrix(MemorySegment bytes, DType type, Lanes lanes, long offset, long stride) {
    /** {@return a buffer of rank 2} */
    static Matrix of(View view) {
        return new Matrix(view.bytes(), view.type(), view.lanes(), 0, view.at(1));
    }

    /** {@return the byte that a row begins at} */
    long at(long row) {
        return offset + row * stride;
    }

    /** Reads a part of a row; for a block format on block boundaries. */
    void load(long row, long column, float[] to, int at, int count) {
        lanes.load(bytes, at(row) + type.bytes(column), to, at, count);
    }

    /** Writes a part of a row. */
    void store(float[] from, int at, long row, long column, int count) {
        lanes.store(from, at, bytes, at(row) + type.bytes(column), count);
    }

    /** {@return the address of an element of a scalar type} */
    long address(long row, long column) {
        return bytes.address() + at(row) + type.bytes(column);
    }
}
