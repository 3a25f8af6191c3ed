package org.tenon.models.assembly;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** The biases of a projection's segments side by side, as one F32 vector; zeros for a segment without one. */
record JoinedSource(String name, List<Part> parts) implements WeightSource {
    /** A segment's bias, if it has one. */
    record Part(int width, Optional<WeightSource> source) {}

    @Override
    public DType type() {
        return DType.F32;
    }

    @Override
    public Shape shape() {
        return Shape.of(parts.stream().mapToLong(Part::width).sum());
    }

    @Override
    public void read(long row, long rows, MemorySegment target) {
        if (rows == 0) {
            return;
        }
        long at = 0;
        for (Part part : parts) {
            MemorySegment place = target.asSlice(at, part.width() * 4L);
            if (part.source().isPresent()) {
                part.source().get().as(DType.F32).read(0, 1, place);
            } else {
                place.fill((byte) 0);
            }
            at += place.byteSize();
        }
    }
}
