package org.tenon.models.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/**
 * Some of the rows of a matrix, or of the elements of a vector.
 *
 * @param source the whole
 * @param first the first of them
 * @param shape the shape of the part
 */
record PartSource(WeightSource source, long first, Shape shape) implements WeightSource {
    @Override
    public String name() {
        return source.name() + "[" + first + ":" + (first + shape.size(0)) + "]";
    }

    @Override
    public DType type() {
        return source.type();
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        if (shape.rank() > 1) {
            source.read(skipped() + row, rows, target);
        } else if (rows > 0) { // a vector is one row
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment whole = arena.allocate(source.rowBytes(), 64);
                source.read(0, 1, whole);
                target.copyFrom(whole.asSlice(type().bytes(first), rowBytes()));
            }
        }
    }

    @Override
    public Optional<MemorySegment> mapped() {
        long offset = shape.rank() > 1 ? skipped() * rowBytes() : type().bytes(first);
        return source.mapped().map(whole -> whole.asSlice(offset, rows() * rowBytes()));
    }

    private long skipped() {
        return first * (rows() / shape.size(0));
    }
}
