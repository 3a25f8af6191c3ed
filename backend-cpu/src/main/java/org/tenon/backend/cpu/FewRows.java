package org.tenon.backend.cpu;

import java.util.Arrays;

/**
 * A few rows as floats, cut into blocks as the loops of {@link Tile} take them: whole blocks, in order and with even columns before odd ones, then
 * what is left in smaller ones, filled up with zeros.
 */
final class FewRows {
    /** The most rows: with more, tiles are faster. */
    static final int MOST = 6;

    /** Columns of a whole block. */
    static final int DEPTH = 512;

    /** Columns of a block of what is left, and the partial sums of a dot product. */
    static final int LANES = 128;

    private static final int TAILS = DEPTH / LANES;

    private float[] row = {};
    private float[][][] whole = new float[MOST][0][]; // [row][block][DEPTH]
    private float[][][] split = new float[MOST][0][];
    private final float[][][] tail = new float[MOST][TAILS][LANES];
    private int rows;
    private int inner;

    /** Makes room for rows of a width. */
    void reserve(int width) {
        int blocks = width / DEPTH;
        if (row.length < width) {
            row = new float[width];
        }
        if (whole[0].length < blocks) {
            whole = new float[MOST][blocks][DEPTH];
            split = new float[MOST][blocks][DEPTH];
        }
    }

    /** Reads rows from the first on. */
    void load(Matrix x, int count, int width) {
        load(x, 0, count, width);
    }

    /** Reads rows from a given one on. */
    void load(Matrix x, long first, int count, int width) {
        rows = count;
        inner = width;
        int done = blocks() * DEPTH;
        for (int m = 0; m < count; m++) {
            x.load(first + m, 0, row, 0, width);
            for (int block = 0; block < blocks(); block++) {
                System.arraycopy(row, block * DEPTH, whole[m][block], 0, DEPTH);
                float[] apart = split[m][block];
                for (int i = 0; i < DEPTH / 2; i++) {
                    apart[i] = row[block * DEPTH + 2 * i];
                    apart[i + DEPTH / 2] = row[block * DEPTH + 2 * i + 1];
                }
            }
            for (int i = 0; i < tails(); i++) {
                int from = done + i * LANES;
                int there = Math.min(LANES, width - from);
                System.arraycopy(row, from, tail[m][i], 0, there);
                Arrays.fill(tail[m][i], there, LANES, 0f);
            }
        }
    }

    int rows() {
        return rows;
    }

    int inner() {
        return inner;
    }

    /** {@return the number of whole blocks} */
    int blocks() {
        return inner / DEPTH;
    }

    /** {@return the number of blocks of what is left} */
    int tails() {
        return (inner % DEPTH + LANES - 1) / LANES;
    }

    float[] block(int m, int index) {
        return whole[m][index];
    }

    float[] split(int m, int index) {
        return split[m][index];
    }

    float[] tail(int m, int index) {
        return tail[m][index];
    }
}
