package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.tenon.api.tensor.DType;

/**
 * One worker's arrays for matrix products, and the loops over them. The loops are written so that the JVM makes vector code of them: it does where all
 * arrays are indexed by the loop's variable alone, or with a constant added, and it wants few and small arrays, that stay in the first-level cache.
 */
final class Tile {
    /** Output columns of a tile of many rows. */
    static final int COLUMNS = 256;

    /** Input rows of a tile of many rows. */
    static final int ROWS = 128;

    /** Columns of the inner dimension that a tile of many rows takes at once. */
    private static final int PANEL = 256;

    /** Rows that one loop of {@link #addScaled} adds. */
    static final int STEP = 8;

    /** Between rows of the panel: not a power of two, so that transposing doesn't hit one cache set alone. */
    private static final int PITCH = COLUMNS + 16;

    private final float[] row = new float[FewRows.DEPTH];
    private final int[] bits = new int[FewRows.DEPTH];
    private final int[] pairs = new int[FewRows.DEPTH / 2];
    private final MemorySegment bitsAsBytes = MemorySegment.ofArray(bits);
    private final float[] part = new float[FewRows.LANES];
    private final float[][] lanes = new float[FewRows.MOST][FewRows.LANES];
    private final float[] result = new float[COLUMNS];
    private float[] panel = {}; // [PANEL][PITCH]: right-hand rows, transposed where need be
    private float[] left = {}; // [ROWS][PANEL]
    private float[][] sums = {}; // [ROWS][COLUMNS]
    private final float[][] right = new float[STEP][COLUMNS];

    /** Allocates what {@link #multiply} needs; a worker that multiplies few rows alone needs none of it. */
    void reserveMany() {
        if (panel.length == 0) {
            panel = new float[PANEL * PITCH];
            left = new float[ROWS * PANEL];
            sums = new float[ROWS][COLUMNS];
        }
    }

    /** {@return where {@link #dots} puts its sums, and others a row of output} */
    float[] result() {
        return result;
    }

    /** {@return the sums of a row of the tile after {@link #multiply}} */
    float[] sums(int index) {
        return sums[index];
    }

    /** The dot products of one weight row with a few input rows, put into {@link #result}. */
    void dots(Matrix weights, long weight, FewRows x) {
        int rows = x.rows();
        for (int m = 0; m < rows; m++) {
            Arrays.fill(lanes[m], 0f);
        }
        boolean split = weights.type().equals(DType.BF16);
        for (int block = 0; block < x.blocks(); block++) {
            if (split) {
                loadSplit(weights.bytes(), weights.at(weight) + 2L * FewRows.DEPTH * block);
            } else {
                weights.load(weight, (long) block * FewRows.DEPTH, row, 0, FewRows.DEPTH);
            }
            for (int m = 0; m < rows; m++) {
                addBlock(lanes[m], row, split ? x.split(m, block) : x.block(m, block));
            }
        }
        int done = x.blocks() * FewRows.DEPTH;
        weights.load(weight, done, row, 0, x.inner() - done);
        Arrays.fill(row, x.inner() - done, x.tails() * FewRows.LANES, 0f);
        for (int tail = 0; tail < x.tails(); tail++) {
            System.arraycopy(row, tail * FewRows.LANES, part, 0, FewRows.LANES);
            for (int m = 0; m < rows; m++) {
                addTail(lanes[m], part, x.tail(m, tail));
            }
        }
        for (int m = 0; m < rows; m++) {
            result[m] = sum(lanes[m]);
        }
    }

    /** Reads a block of BF16, first the elements with even numbers, then the odd ones: pairs of them are whole integers, which vectors are made of. */
    private void loadSplit(MemorySegment bytes, long offset) {
        MemorySegment.copy(bytes, Lanes.INT, offset, pairs, 0, pairs.length);
        split(pairs, bits);
        MemorySegment.copy(bitsAsBytes, ValueLayout.JAVA_FLOAT, 0, row, 0, row.length);
    }

    private static void split(int[] pairs, int[] bits) {
        for (int i = 0; i < FewRows.DEPTH / 2; i++) {
            bits[i] = pairs[i] << 16;
            bits[i + FewRows.DEPTH / 2] = pairs[i] & 0xFFFF0000;
        }
    }

    private static void addBlock(float[] lanes, float[] w, float[] x) {
        for (int i = 0; i < FewRows.LANES; i++) {
            lanes[i] = Math.fma(
                    x[i + 384],
                    w[i + 384],
                    Math.fma(x[i + 256], w[i + 256], Math.fma(x[i + 128], w[i + 128], Math.fma(x[i], w[i], lanes[i]))));
        }
    }

    private static void addTail(float[] lanes, float[] w, float[] x) {
        for (int i = 0; i < FewRows.LANES; i++) {
            lanes[i] = Math.fma(x[i], w[i], lanes[i]);
        }
    }

    private static float sum(float[] values) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        for (int i = 0; i < FewRows.LANES; i += 8) {
            a += values[i];
            b += values[i + 1];
            c += values[i + 2];
            d += values[i + 3];
            e += values[i + 4];
            f += values[i + 5];
            g += values[i + 6];
            h += values[i + 7];
        }
        return a + b + (c + d) + (e + f + (g + h));
    }

    /**
     * A tile of {@code x W^T} (or {@code x W}): up to {@link #ROWS} rows and {@link #COLUMNS} columns, left in {@link #sums}.
     *
     * @param x the left side
     * @param firstRow its first row
     * @param rows how many
     * @param w the right side
     * @param transposed whether its rows are columns of the product
     * @param firstColumn the product's first column
     * @param columns how many
     * @param inner the inner dimension
     */
    void multiply(
            Matrix x, long firstRow, int rows, Matrix w, boolean transposed, long firstColumn, int columns, int inner) {
        for (int m = 0; m < rows; m++) {
            Arrays.fill(sums[m], 0, columns, 0f);
        }
        for (int k = 0; k < inner; k += PANEL) {
            int depth = Math.min(PANEL, inner - k);
            int padded = (depth + STEP - 1) / STEP * STEP; // zeros on both sides add nothing
            for (int m = 0; m < rows; m++) {
                x.load(firstRow + m, k, left, m * PANEL, depth);
                Arrays.fill(left, m * PANEL + depth, m * PANEL + padded, 0f);
            }
            for (int j = depth; j < padded; j++) {
                Arrays.fill(panel, j * PITCH, j * PITCH + columns, 0f);
            }
            if (transposed) {
                for (int n = 0; n < columns; n++) {
                    w.load(firstColumn + n, k, row, 0, depth);
                    for (int j = 0; j < depth; j++) {
                        panel[j * PITCH + n] = row[j];
                    }
                }
            } else {
                for (int j = 0; j < depth; j++) {
                    w.load(k + j, firstColumn, panel, j * PITCH, columns);
                }
            }
            for (int j = 0; j < padded; j += STEP) {
                accumulate(rows, j, columns);
            }
        }
    }

    private void accumulate(int rows, int j, int columns) {
        for (int i = 0; i < STEP; i++) {
            System.arraycopy(panel, (j + i) * PITCH, right[i], 0, columns);
        }
        for (int m = 0; m < rows; m++) {
            addScaled(sums[m], right, 0, left, m * PANEL + j, columns);
        }
    }

    /** {@code sums[i] += factors[from] w[first][i] + ... + factors[from + 7] w[first + 7][i]}. */
    static void addScaled(float[] sums, float[][] w, int first, float[] factors, int from, int count) {
        addScaled(
                sums,
                w[first],
                w[first + 1],
                w[first + 2],
                w[first + 3],
                w[first + 4],
                w[first + 5],
                w[first + 6],
                w[first + 7],
                factors,
                from,
                count);
    }

    private static void addScaled(
            float[] sums,
            float[] a,
            float[] b,
            float[] c,
            float[] d,
            float[] e,
            float[] f,
            float[] g,
            float[] h,
            float[] factors,
            int from,
            int count) {
        float p = factors[from];
        float q = factors[from + 1];
        float r = factors[from + 2];
        float s = factors[from + 3];
        float t = factors[from + 4];
        float u = factors[from + 5];
        float v = factors[from + 6];
        float w = factors[from + 7];
        for (int i = 0; i < count; i++) {
            float first = Math.fma(s, d[i], Math.fma(r, c[i], Math.fma(q, b[i], Math.fma(p, a[i], sums[i]))));
            sums[i] = Math.fma(w, h[i], Math.fma(v, g[i], Math.fma(u, f[i], Math.fma(t, e[i], first))));
        }
    }
}
