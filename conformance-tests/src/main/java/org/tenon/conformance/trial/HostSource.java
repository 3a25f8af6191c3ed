package org.tenon.conformance.trial;

import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.conformance.cases.Given;

/** An operand as a weight's source, or as dense bytes. */
record HostSource(String name, DType type, Shape shape, MemorySegment bytes) implements WeightSource {
    static HostSource of(String name, Given given, StepShape step) {
        int[] sizes = Given.sizes(given.shape(), step);
        long[] fixed = new long[sizes.length];
        for (int i = 0; i < fixed.length; i++) {
            fixed[i] = sizes[i];
        }
        int size = given.type().blockBytes();
        MemorySegment bytes = MemorySegment.ofArray(new long[(given.count() * size + Long.BYTES - 1) / Long.BYTES]);
        for (int i = 0; i < given.count(); i++) {
            Scalars.set(given.type(), bytes, (long) i * size, given.value(i));
        }
        return new HostSource(name, given.type(), Shape.of(fixed), bytes.asSlice(0, (long) given.count() * size));
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        MemorySegment.copy(bytes, row * rowBytes(), target, 0, rows * rowBytes());
    }
}
