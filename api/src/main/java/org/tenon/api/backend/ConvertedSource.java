package org.tenon.api.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** A weight in another type: rows are decoded and encoded one at a time. */
record ConvertedSource(WeightSource source, DType type) implements WeightSource {
    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Shape shape() {
        return source.shape();
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        int width = Math.toIntExact(shape().width());
        float[] values = new float[width];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(source.rowBytes(), 64);
            for (long i = 0; i < rows; i++) {
                source.read(row + i, 1, bytes);
                source.type().codec().decode(bytes, 0, values, 0, width);
                type.codec().encode(values, 0, width, target, i * width);
            }
        }
    }
}
