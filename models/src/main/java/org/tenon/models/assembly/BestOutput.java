package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;

/** The host's side of the best of rows. Confined to a thread. */
final class BestOutput {
    private static final int PAIR = 2;

    private final Buffer pairs; // [rows, count, 2]
    private final Buffer first; // [rows, 2]
    private final MemorySegment host;
    private final int count;

    BestOutput(Buffer pairs, Buffer first, int rows, Arena arena) {
        this.pairs = pairs;
        this.first = first;
        this.count = Math.toIntExact(pairs.shape().size(1));
        this.host = arena.allocate(first.type().bytes((long) rows * count * PAIR), 64);
    }

    int count() {
        return count;
    }

    /** Reads the first, or all, of the first rows of the last step. */
    void read(Queue queue, int rows, int few, float[] target) {
        Buffer from = few == 1 ? first : pairs;
        int numbers = rows * few * PAIR;
        queue.download(from.storage(), from.offset(), host, from.type().bytes(numbers));
        MemorySegment.copy(host, ValueLayout.JAVA_FLOAT, 0, target, 0, numbers);
    }
}
