package org.tenon.api.program;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** A weight out of an array, encoded in its type; counts how often it is read. */
final class ArraySource implements WeightSource {
    private final String name;
    private final DType type;
    private final Shape shape;
    private final float[] values;
    private final AtomicInteger reads = new AtomicInteger();

    private ArraySource(String name, DType type, Shape shape, float[] values) {
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.values = values;
    }

    static ArraySource of(String name, DType type, Shape shape, float... values) {
        return new ArraySource(name, type, shape, values.clone());
    }

    int reads() {
        return reads.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DType type() {
        return type;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        reads.incrementAndGet();
        int width = Math.toIntExact(shape.width());
        type.codec().encode(values, Math.toIntExact(row) * width, Math.toIntExact(rows) * width, target, 0);
    }
}
