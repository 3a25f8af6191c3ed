package org.tenon.models.checkpoint;

import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/**
 * Some of the rows of each matrix of a bundle.
 *
 * @param source the whole, {@code [matrices, rows, columns]}
 * @param first the first of the rows in each matrix
 * @param shape the shape of the part
 */
record EachPartSource(WeightSource source, long first, Shape shape) implements WeightSource {
    @Override
    public String name() {
        return source.name() + "[:, " + first + ":" + (first + shape.size(1)) + "]";
    }

    @Override
    public DType type() {
        return source.type();
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        long each = shape.size(1);
        long end = row + rows;
        for (long at = row; at < end; ) {
            long within = at % each;
            long count = Math.min(each - within, end - at);
            source.read(
                    at / each * source.shape().size(1) + first + within,
                    count,
                    target.asSlice((at - row) * rowBytes()));
            at += count;
        }
    }
}
