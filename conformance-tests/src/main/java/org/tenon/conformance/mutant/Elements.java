package org.tenon.conformance.mutant;

import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.conformance.trial.Scalars;

/** The elements of a buffer on the host: read, changed, written back. Row and column count the elements as a matrix, all outer dimensions one. */
final class Elements {
    private final Buffer buffer;
    private final MemorySegment bytes;
    private final int width;
    private final long[] rows;

    private Elements(Buffer buffer, MemorySegment bytes, StepShape step) {
        this.buffer = buffer;
        this.bytes = bytes;
        this.width = Math.toIntExact(buffer.shape().dim(-1).size(step));
        this.rows = Scalars.rows(buffer.spec(), step);
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
        return Scalars.get(buffer.type(), bytes, at(row, column));
    }

    void set(int row, int column, double value) {
        Scalars.set(buffer.type(), bytes, at(row, column), value);
    }

    private long at(int row, int column) {
        return rows[row] + (long) column * buffer.type().blockBytes();
    }
}
