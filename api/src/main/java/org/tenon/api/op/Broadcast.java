package org.tenon.api.op;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** The rule by which operands of different shapes meet: aligned at the last dimension, a dimension of 1 repeats. */
final class Broadcast {
    private static final Dim ONE = Dim.of(1);

    private Broadcast() {}

    static Shape shape(Object op, String name, Tensor a, Tensor b) {
        return shape(op, name, a.shape(), b.shape());
    }

    static Shape shape(Object op, String name, Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            Dim left = aligned(a, rank, i);
            Dim right = aligned(b, rank, i);
            ShapeMismatch.unless(
                    left.equals(right) || left.equals(ONE) || right.equals(ONE),
                    op,
                    name,
                    "of a shape that meets " + a + " (equal, or 1)",
                    b);
            dims.add(left.equals(ONE) ? right : left);
        }
        return new Shape(dims);
    }

    private static Dim aligned(Shape shape, int rank, int i) {
        int own = i - (rank - shape.rank());
        return own < 0 ? ONE : shape.dim(own);
    }
}
