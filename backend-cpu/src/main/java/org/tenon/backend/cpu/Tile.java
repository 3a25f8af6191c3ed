package org.tenon.backend.cpu;

import java.util.Arrays;

/**
 * One worker's arrays for matrix products, and the loops over them. The loops are written so that the JVM makes vector code of them: stores
 * go to the beginning of an array of their own, and an array has 2 KB, so that those of one loop share the first-level cache.
 */
final class Tile {
    /** Columns of the inner dimension that a weight row is read by. */
    static final int DEPTH = 512;

    /** Partial sums of one dot product. */
    static final int LANES = 128;

    /** Output columns of a tile of many rows. */
    static final int COLUMNS = 256;

    /** Input rows of a tile of many rows. */
    static final int ROWS = 128;

    /** Columns of the inner dimension that a tile of many rows takes at once. */
    static final int PANEL = 256;

    /** Between rows of the panel: not a power of two, so that transposing doesn't hit one cache set alone. */
    private static final int PITCH = COLUMNS + 16;

    private final float[] row = new float[DEPTH];
    private final float[][] lanes;
    private final float[] result = new float[COLUMNS];
    private float[] panel = {}; // [PANEL][PITCH]: right-hand rows, transposed where need be
    private float[] left = {}; // [ROWS][PANEL]
    private float[][] sums = {}; // [ROWS][COLUMNS]

    Tile(int fewRows) {
        lanes = new float[fewRows][LANES];
    }

    /** Allocates what {@link #multiply} needs; done at bind, for a product of few rows alone needs none of it. */
    void reserveMany() {
        if (panel.length == 0) {
            panel = new float[PANEL * PITCH];
            left = new float[ROWS * PANEL];
            sums = new float[ROWS][COLUMNS];
        }
    }

    /** {@return where {@link #dots} and others put a row of output} */
    float[] result() {
        return result;
    }

    /** {@return the sums of a row of the tile after {@link #multiply}} */
    float[] sums(int index) {
        return sums[index];
    }

    /**
     * The dot products of one weight row with a few input rows; input row {@code m} begins at {@code m * pitch} of {@code x}, filled with zeros up to
     * a multiple of {@link #LANES}.
     */
    void dots(Matrix weights, long weight, int inner, float[] x, int pitch, int rows, float[] sums) {
        for (int m = 0; m < rows; m++) {
            Arrays.fill(lanes[m], 0f);
        }
        for (int k = 0; k < inner; k += DEPTH) {
            int count = Math.min(DEPTH, inner - k);
            weights.load(weight, k, row, 0, count);
            if (count == DEPTH) {
                for (int m = 0; m < rows; m++) {
                    addFour(lanes[m], row, x, m * pitch + k);
                }
                continue;
            }
            int padded = (count + LANES - 1) / LANES * LANES;
            Arrays.fill(row, count, padded, 0f);
            for (int m = 0; m < rows; m++) {
                for (int part = 0; part < padded; part += LANES) {
                    addOne(lanes[m], row, part, x, m * pitch + k + part);
                }
            }
        }
        for (int m = 0; m < rows; m++) {
            sums[m] = sum(lanes[m]);
        }
    }

    private static void addFour(float[] lanes, float[] w, float[] x, int at) {
        for (int i = 0; i < LANES; i++) {
            lanes[i] = Math.fma(
                    x[at + i + 384],
                    w[i + 384],
                    Math.fma(
                            x[at + i + 256],
                            w[i + 256],
                            Math.fma(x[at + i + 128], w[i + 128], Math.fma(x[at + i], w[i], lanes[i]))));
        }
    }

    private static void addOne(float[] lanes, float[] w, int from, float[] x, int at) {
        for (int i = 0; i < LANES; i++) {
            lanes[i] = Math.fma(x[at + i], w[from + i], lanes[i]);
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
        for (int i = 0; i < LANES; i += 8) {
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
            int padded = (depth + 3) & ~3; // four at a time; zeros on both sides add nothing
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
            accumulate(rows, padded, columns);
        }
    }

    private void accumulate(int rows, int depth, int columns) {
        int m = 0;
        for (; m + 2 <= rows; m += 2) {
            for (int j = 0; j < depth; j += 4) {
                addPair(sums[m], sums[m + 1], panel, j * PITCH, left, m * PANEL + j, columns);
            }
        }
        if (m < rows) {
            for (int j = 0; j < depth; j += 4) {
                addScaled(sums[m], panel, j * PITCH, PITCH, left, m * PANEL + j, columns);
            }
        }
    }

    /** Two rows of sums, each plus four rows of the panel times four numbers. */
    private static void addPair(float[] a, float[] b, float[] w, int at, float[] x, int from, int count) {
        float p0 = x[from];
        float p1 = x[from + 1];
        float p2 = x[from + 2];
        float p3 = x[from + 3];
        float q0 = x[from + PANEL];
        float q1 = x[from + PANEL + 1];
        float q2 = x[from + PANEL + 2];
        float q3 = x[from + PANEL + 3];
        for (int i = 0; i < count; i++) {
            float w0 = w[at + i];
            float w1 = w[at + PITCH + i];
            float w2 = w[at + 2 * PITCH + i];
            float w3 = w[at + 3 * PITCH + i];
            a[i] = Math.fma(p3, w3, Math.fma(p2, w2, Math.fma(p1, w1, Math.fma(p0, w0, a[i]))));
            b[i] = Math.fma(q3, w3, Math.fma(q2, w2, Math.fma(q1, w1, Math.fma(q0, w0, b[i]))));
        }
    }

    /** {@code sums[i] += x[from] w[at + i] + x[from + 1] w[at + pitch + i] + ...}, four terms. */
    static void addScaled(float[] sums, float[] w, int at, int pitch, float[] x, int from, int count) {
        float p0 = x[from];
        float p1 = x[from + 1];
        float p2 = x[from + 2];
        float p3 = x[from + 3];
        int second = at + pitch;
        int third = second + pitch;
        int fourth = third + pitch;
        for (int i = 0; i < count; i++) {
            sums[i] = Math.fma(
                    p3,
                    w[fourth + i],
                    Math.fma(p2, w[third + i], Math.fma(p1, w[second + i], Math.fma(p0, w[at + i], sums[i]))));
        }
    }
}
