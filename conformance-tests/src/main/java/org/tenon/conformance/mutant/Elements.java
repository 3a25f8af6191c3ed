package org.tenon.conformance.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** The elements of a buffer on the host: read, changed, written back. Row and column count the elements as a matrix, all outer dimensions one. */
final class Elements {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final Buffer buffer;
    private final MemorySegment bytes;
    private final int width;
    private final long[] rows;

    private Elements(Buffer buffer, MemorySegment bytes, StepShape step) {
        this.buffer = buffer;
        this.bytes = bytes;
        this.width = Math.toIntExact(buffer.shape().dim(-1).size(step));
        this.rows = rows(buffer, step);
    }

    static Elements read(Queue queue, Buffer buffer, StepShape step) {
        long size = buffer.spec().bytes(step);
        MemorySegment bytes = MemorySegment.ofArray(new long[Math.toIntExact((size + Long.BYTES - 1) / Long.BYTES)])
                .asSlice(0, size);
        queue.finish();
        queue.download(buffer.storage(), buffer.offset(), bytes, size);
        return new Elements(buffer, bytes, step);
    }

    void write(Queue queue, Buffer target) {
        queue.upload(bytes, target.storage(), target.offset(), bytes.byteSize());
        queue.finish();
    }

    int rows() {
        return rows.length;
    }

    int width() {
        return width;
    }

    double get(int row, int column) {
        if (buffer.type().equals(DType.I32)) {
            return bytes.get(INT, at(row, column));
        }
        float[] one = new float[1];
        buffer.type().codec().decode(bytes.asSlice(at(row, column)), 0, one, 0, 1);
        return one[0];
    }

    void set(int row, int column, double value) {
        if (buffer.type().equals(DType.I32)) {
            bytes.set(INT, at(row, column), (int) value);
        } else {
            buffer.type().codec().encode(new float[] {(float) value}, 0, 1, bytes.asSlice(at(row, column)), 0);
        }
    }

    private long at(int row, int column) {
        return rows[row] + (long) column * buffer.type().blockBytes();
    }

    private static long[] rows(Buffer buffer, StepShape step) {
        Shape shape = buffer.shape();
        long[] rows = {0};
        for (int i = 0; i < shape.rank() - 1; i++) {
            int size = Math.toIntExact(shape.dim(i).size(step));
            long[] next = new long[rows.length * size];
            for (int j = 0; j < next.length; j++) {
                next[j] = rows[j / size] + j % size * buffer.spec().stride(i);
            }
            rows = next;
        }
        return rows;
    }
}
