package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;

/** The host's side of the best of rows. Confined to a thread. */
final class BestOutput {
    private final Buffer ids; // [rows, count]
    private final Buffer values; // [rows, count]
    private final MemorySegment host;
    private final int count;

    private BestOutput(Buffer ids, Buffer values, Arena arena) {
        this.ids = ids;
        this.values = values;
        this.count = Math.toIntExact(ids.shape().width());
        this.host = arena.allocate(ids.type().bytes(count), 64);
    }

    /** The ids and the values, or nothing. */
    static Optional<BestOutput> of(List<Buffer> outputs, Arena arena) {
        return outputs.isEmpty()
                ? Optional.empty()
                : Optional.of(new BestOutput(outputs.getFirst(), outputs.getLast(), arena));
    }

    int count() {
        return count;
    }

    /** Reads the first few of a row of the last step. */
    void read(Queue queue, int row, int few, int[] targetIds, float[] targetValues) {
        read(queue, ids, row, few);
        MemorySegment.copy(host, ValueLayout.JAVA_INT, 0, targetIds, 0, few);
        read(queue, values, row, few);
        MemorySegment.copy(host, ValueLayout.JAVA_FLOAT, 0, targetValues, 0, few);
    }

    private void read(Queue queue, Buffer buffer, int row, int few) {
        queue.download(
                buffer.storage(),
                buffer.offset() + row * buffer.spec().stride(0),
                host,
                buffer.type().bytes(few));
    }
}
