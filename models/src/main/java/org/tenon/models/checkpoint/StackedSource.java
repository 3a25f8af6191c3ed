package org.tenon.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/**
 * Matrices with their rows one after another, or vectors with their elements so.
 *
 * @param name what messages call it
 * @param parts at least one; of one type
 * @param shape the shape of the whole
 */
record StackedSource(String name, List<WeightSource> parts, Shape shape) implements WeightSource {
    @Override
    public DType type() {
        return parts.getFirst().type();
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        long written = 0;
        long before = 0; // rows of the parts already passed
        for (WeightSource part : parts) {
            if (shape.rank() == 1) {
                part.as(type()).read(0, Math.min(1, rows), target.asSlice(written));
                written += rows == 0 ? 0 : type().bytes(part.shape().width());
                continue;
            }
            long from = Math.max(row, before);
            long count = Math.min(row + rows, before + part.rows()) - from;
            if (count > 0) {
                part.as(type()).read(from - before, count, target.asSlice(written));
                written += count * rowBytes();
            }
            before += part.rows();
        }
    }
}
