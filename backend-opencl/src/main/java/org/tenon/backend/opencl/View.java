package org.tenon.backend.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** How kernels see operands ({@code kernels/common.cl}): eight numbers, which are where it begins, four strides and three sizes. */
final class View {
    /** Of an operand that is missing. */
    static final long[] NONE = new long[8];

    /** The size of a dimension that the step counts, as kernels see it: it is the outermost, so that nothing is ever divided by it. */
    private static final long COUNTED = Long.MAX_VALUE;

    private static final int RANK = Shape.MAX_RANK;

    private View() {}

    /** {@return a buffer as rows of its last dimension} */
    static long[] of(Buffer buffer) {
        return numbers(buffer, strides(buffer), sizes(buffer.shape()));
    }

    /**
     * The elements of several buffers, as many as an output has. Dimensions that all of them can do without are merged.
     *
     * @param views of the output, and then of the others, in the output's sizes
     * @param count how many elements there are in a step
     */
    record Elements(List<long[]> views, ToLongFunction<StepShape> count) {}

    /**
     * Sees buffers element by element; a dimension of 1 repeats.
     *
     * @param output has the sizes
     * @param others the operands
     * @return the views
     */
    static Elements elements(Buffer output, List<Buffer> others) {
        List<Buffer> buffers = new ArrayList<>(List.of(output));
        buffers.addAll(others);
        long[] sizes = sizes(output.shape());
        long[][] strides = new long[buffers.size()][];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = strides(buffers.get(i));
            long[] own = sizes(buffers.get(i).shape());
            for (int d = 0; d < RANK; d++) {
                strides[i][d] = own[d] == 1 && sizes[d] != 1 ? 0 : strides[i][d]; // repeats
            }
        }
        merge(sizes, strides);
        List<long[]> views = new ArrayList<>();
        for (int i = 0; i < strides.length; i++) {
            views.add(numbers(buffers.get(i), strides[i], sizes));
        }
        return new Elements(views, elements(output.shape()));
    }

    /** {@return how many elements a shape has in a step} */
    static ToLongFunction<StepShape> elements(Shape shape) {
        return counted(shape, shape.rank());
    }

    /** {@return how many rows of its last dimension a shape has in a step} */
    static ToLongFunction<StepShape> rows(Shape shape) {
        return counted(shape, shape.rank() - 1);
    }

    private static ToLongFunction<StepShape> counted(Shape shape, int dims) {
        long inner = 1;
        for (int i = 1; i < dims; i++) {
            inner *= shape.size(i);
        }
        long each = inner;
        Dim first = shape.dim(0);
        return dims == 0 ? step -> 1 : step -> first.size(step) * each;
    }

    /** Makes two neighbours one where in each operand one stride leads through both. The output's last stride stays that of its elements. */
    private static void merge(long[] sizes, long[][] strides) {
        int at = RANK - 1; // what has been merged so far
        for (int outer = RANK - 2; outer >= 0; outer--) {
            long size = sizes[outer];
            if (size == 1) {
                continue;
            }
            boolean takesItsPlace = sizes[at] == 1 && strides[0][outer] == strides[0][at];
            if (!takesItsPlace && !follows(sizes[at], strides, outer, at)) {
                at--;
                takesItsPlace = true;
            }
            for (long[] each : strides) {
                each[at] = takesItsPlace ? each[outer] : each[at];
            }
            sizes[at] = takesItsPlace || size == COUNTED ? size : size * sizes[at];
            if (at != outer) {
                sizes[outer] = 1;
            }
        }
    }

    private static boolean follows(long size, long[][] strides, int outer, int inner) {
        return Arrays.stream(strides).allMatch(each -> each[outer] == each[inner] * size);
    }

    private static long[] numbers(Buffer buffer, long[] strides, long[] sizes) {
        return new long[] {buffer.offset(), strides[0], strides[1], strides[2], strides[3], sizes[1], sizes[2], sizes[3]
        };
    }

    private static long[] sizes(Shape shape) {
        long[] sizes = {1, 1, 1, 1};
        for (int i = 0; i < shape.rank(); i++) {
            sizes[RANK - shape.rank() + i] = shape.dim(i) instanceof Dim.Fixed fixed ? fixed.size() : COUNTED;
        }
        return sizes;
    }

    private static long[] strides(Buffer buffer) {
        long[] strides = new long[RANK];
        int rank = buffer.shape().rank();
        for (int i = 0; i < rank - 1; i++) {
            strides[RANK - rank + i] = buffer.spec().stride(i);
        }
        strides[RANK - 1] = buffer.type().blockBytes();
        return strides;
    }
}
