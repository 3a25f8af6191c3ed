package org.tenon.models.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** A matrix of scalars with its rows and columns swapped, as Transformers' {@code Conv1D} stores it ({@code pytorch_utils.py}). */
record TransposedSource(WeightSource source) implements WeightSource {
    /** Bytes of the other matrix that are read at once. */
    private static final long PANEL_BYTES = 1 << 20;

    static Shape swapped(Shape matrix) {
        return Shape.of(matrix.size(1), matrix.size(0));
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public DType type() {
        return source.type();
    }

    @Override
    public Shape shape() {
        return swapped(source.shape());
    }

    /** Every row needs a piece of all rows of the other matrix, so rows are best asked for many at once. */
    @Override
    public void read(long row, long rows, MemorySegment target) {
        long each = type().bytes(1);
        long columns = source.rows();
        long panel = Math.clamp(PANEL_BYTES / Math.max(1, source.rowBytes()), 1, Math.max(1, columns));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(panel * source.rowBytes(), 64);
            for (long first = 0; first < columns; first += panel) {
                long count = Math.min(panel, columns - first);
                source.read(first, count, bytes);
                for (long j = 0; j < count; j++) {
                    for (long i = 0; i < rows; i++) {
                        long from = j * source.rowBytes() + (row + i) * each;
                        MemorySegment.copy(bytes, from, target, (i * columns + first + j) * each, each);
                    }
                }
            }
        }
    }
}
