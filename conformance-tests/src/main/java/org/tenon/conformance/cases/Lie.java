package org.tenon.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.TensorSpec;

/** How a tensor lies in memory. */
public enum Lie {
    /** Without gaps. */
    DENSE(0, 0),
    /** Without gaps, from the second element of the memory on: no vector's boundary. */
    OFFSET(1, 0),
    /** As columns of a wider tensor: at an offset, with a gap after each row. */
    COLUMNS(6, 3);

    private final int before;
    private final int gap;

    Lie(int before, int gap) {
        this.before = before;
        this.gap = gap;
    }

    /**
     * Where the first element lies.
     *
     * @param type the element type
     * @return bytes from the beginning of the memory
     */
    public long offset(DType type) {
        return type.bytes(before);
    }

    /**
     * A spec of this lie.
     *
     * @param type the element type
     * @param shape the shape
     * @return the spec
     */
    public TensorSpec spec(DType type, Shape shape) {
        if (gap == 0 || shape.rank() == 1) {
            return TensorSpec.dense(type, shape);
        }
        List<Long> strides = new ArrayList<>();
        long stride = type.bytes(shape.width() + gap);
        for (int i = shape.rank() - 2; i >= 0; i--) {
            strides.addFirst(stride);
            stride = (i > 0 ? stride * Math.max(1, shape.size(i)) : stride) + type.bytes(gap);
        }
        return new TensorSpec(type, shape, strides);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
