package org.tenon.backend.cpu;

import java.util.Arrays;
import org.tenon.api.tensor.Buffer;

/** A product in which each matrix of the left side picks its right side from a stack, row by row. */
final class StackedProduct extends RowLaunch {
    private final View a;
    private final View index;
    private final View y;
    private final View b;
    private final boolean transposed;
    private final long m;
    private final int inner;
    private final int columns;
    private final int matrixRows;
    private final long indexWidth; // without bound where the index is a vector

    StackedProduct(Workers workers, Buffer a, Buffer b, Buffer index, View y, boolean transposed) {
        super(workers, y, y.width() * a.shape().width());
        this.a = new View(a);
        this.b = new View(b);
        this.index = new View(index);
        this.y = y;
        this.transposed = transposed;
        this.m = a.shape().size(-2);
        this.inner = this.a.width();
        this.columns = y.width();
        this.indexWidth =
                index.shape().rank() == 1 ? Long.MAX_VALUE : index.shape().width();
        this.matrixRows = Math.toIntExact(b.shape().size(1));
        workers.scratch().reserveFloats(0, inner);
        workers.scratch().reserveFloats(1, columns);
        workers.scratch().reserveFloats(2, Math.max(inner, columns));
    }

    @Override
    void row(long row, int worker) {
        float[] left = floats(0, worker);
        float[] sums = floats(1, worker);
        float[] right = floats(2, worker);
        int matrix = pick(row / m);
        if (matrix < 0) {
            Arrays.fill(sums, 0, columns, 0f);
        } else {
            a.load(row, left, 0);
            long first = (long) matrix * matrixRows;
            if (transposed) {
                for (int n = 0; n < columns; n++) {
                    b.load(first + n, right, 0);
                    sums[n] = dot(left, right);
                }
            } else {
                Arrays.fill(sums, 0, columns, 0f);
                for (int k = 0; k < inner; k++) {
                    b.load(first + k, right, 0);
                    add(sums, right, left[k]);
                }
            }
        }
        y.store(sums, 0, row);
    }

    /** The matrix that a matrix of the left side picked. */
    private int pick(long left) {
        return index.bytes().get(Lanes.INT, index.at(left / indexWidth) + 4 * (left % indexWidth));
    }

    private float dot(float[] left, float[] right) {
        float p = 0;
        float q = 0;
        float r = 0;
        float s = 0;
        int k = 0;
        for (; k + 4 <= inner; k += 4) {
            p = Math.fma(left[k], right[k], p);
            q = Math.fma(left[k + 1], right[k + 1], q);
            r = Math.fma(left[k + 2], right[k + 2], r);
            s = Math.fma(left[k + 3], right[k + 3], s);
        }
        for (; k < inner; k++) {
            p = Math.fma(left[k], right[k], p);
        }
        return p + q + (r + s);
    }

    private void add(float[] sums, float[] right, float factor) {
        for (int n = 0; n < columns; n++) {
            sums[n] = Math.fma(factor, right[n], sums[n]);
        }
    }
}
