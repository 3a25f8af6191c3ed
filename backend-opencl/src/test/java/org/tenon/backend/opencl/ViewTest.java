package org.tenon.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.TensorSpec;

/** A view's numbers: offset, four strides, the sizes of the second, third and last dimension. */
class ViewTest {
    private static final long MANY = Long.MAX_VALUE;
    private static final Extent ROWS = new Extent("rows");
    private static final Storage NOWHERE = new Storage() {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    private static Buffer buffer(TensorSpec spec) {
        return new Buffer("x", spec, NOWHERE, 8, Layout.DENSE);
    }

    private static Buffer dense(long... sizes) {
        return buffer(TensorSpec.dense(DType.F32, Shape.of(sizes)));
    }

    private static List<long[]> views(Buffer output, Buffer... others) {
        return View.elements(output, List.of(others)).views();
    }

    @Test
    void rowsKeepTheirStrides() {
        assertArrayEquals(new long[] {8, 0, 60, 20, 4, 2, 3, 5}, View.of(dense(2, 3, 5)));
        Buffer counted = buffer(TensorSpec.dense(DType.F16, Shape.of(ROWS.dim(), 3, 5)));
        assertArrayEquals(new long[] {8, 0, 30, 10, 2, MANY, 3, 5}, View.of(counted));
    }

    @Test
    void denseElementsAreOneRow() {
        for (long[] view : views(dense(2, 3, 5), dense(2, 3, 5))) {
            assertArrayEquals(
                    new long[] {8, 0, 0, 0, 4, 1, 1, 30},
                    new long[] {view[0], 0, 0, 0, view[4], view[5], view[6], view[7]});
        }
        Buffer counted = buffer(TensorSpec.dense(DType.F32, Shape.of(ROWS.dim(), 5)));
        assertEquals(MANY, views(counted, counted).getFirst()[7]);
    }

    @Test
    void whatRepeatsHasNoStride() {
        List<long[]> views = views(dense(4, 5), dense(5), dense(4, 1), dense(1));
        assertArrayEquals(new long[] {20, 4, 4, 5}, inner(views.get(0)));
        assertArrayEquals(new long[] {0, 4, 4, 5}, inner(views.get(1)));
        assertArrayEquals(new long[] {4, 0, 4, 5}, inner(views.get(2)));
        assertArrayEquals(new long[] {0, 0, 4, 5}, inner(views.get(3)));
    }

    /** Strides of the last two dimensions and their sizes. */
    private static long[] inner(long[] view) {
        return new long[] {view[3], view[4], view[6], view[7]};
    }

    @Test
    void aColumnThatIsSeenInAWiderRowIsNoRow() {
        Buffer column = buffer(new TensorSpec(DType.F32, Shape.of(4, 1), List.of(20L)));
        assertArrayEquals(
                new long[] {20, 4, 4, 1}, inner(views(column, dense(4, 1)).getFirst()));
        assertArrayEquals(new long[] {4, 4}, strides(views(dense(4, 1), dense(4, 1)), 4));
        assertArrayEquals(new long[] {4, 20}, strides(views(dense(4, 1), column), 4));
    }

    private static long[] strides(List<long[]> views, int at) {
        return views.stream().mapToLong(view -> view[at]).toArray();
    }

    @Test
    void elementsAndRowsAreCountedByTheStep() {
        StepShape step = new StepShape(Map.of(ROWS, 7));
        Shape shape = Shape.of(ROWS.dim(), 3, 5);
        assertEquals(105, View.elements(shape).applyAsLong(step));
        assertEquals(21, View.rows(shape).applyAsLong(step));
        assertEquals(1, View.rows(Shape.of(5)).applyAsLong(step));
    }
}
