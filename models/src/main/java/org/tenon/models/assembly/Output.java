package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;

/** The host's side of what a step gives: F32 rows, read one at a time. Confined to a thread. */
final class Output {
    private final Buffer buffer; // [rows, width]
    private final MemorySegment row;
    private final int width;

    Output(Buffer buffer, Arena arena) {
        this.buffer = buffer;
        this.width = Math.toIntExact(buffer.shape().width());
        this.row = arena.allocate(buffer.spec().type().bytes(width), 64);
    }

    int width() {
        return width;
    }

    /** Reads a row of the last step. */
    void read(Queue queue, int index, float[] target) {
        queue.download(buffer.storage(), buffer.offset() + index * buffer.spec().stride(0), row, row.byteSize());
        MemorySegment.copy(row, ValueLayout.JAVA_FLOAT, 0, target, 0, width);
    }
}
