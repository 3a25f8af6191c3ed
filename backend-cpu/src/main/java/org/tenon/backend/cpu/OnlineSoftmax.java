package org.tenon.backend.cpu;

import java.util.Arrays;

/**
 * One worker's part of attention: a tile of keys and values, and for each of some queries the running softmax (Milakov and Gimelshein 2018) over
 * the tiles seen so far. A query goes through the keys that it sees and no others, so what lies elsewhere in a tile can't reach it.
 */
final class OnlineSoftmax {
    /** Keys of a tile. */
    static final int KEYS = 64;

    /** Between rows of the transposed keys: not a power of two, so that transposing doesn't hit one cache set alone. */
    private static final int PITCH = KEYS + 16;

    private final int keyWidth;
    private final int valueWidth;
    private final int paddedWidth; // a whole number of steps; zeros fill it up
    private final float[] queries; // [queries][paddedWidth]
    private final float[] keyRow;
    private final float[] transposed; // [keyWidth][PITCH]: so that a query's scores are sums of rows
    private final float[][] keyTile; // [paddedWidth][KEYS]: the same, as the loops want it
    private final float[][] valueTile; // [KEYS][valueWidth]
    private final boolean[] there = new boolean[KEYS];
    private final float[] scores = new float[KEYS];
    private final float[] weights = new float[KEYS];
    private final float[][] sums; // [queries][valueWidth]
    private final float[] largest;
    private final float[] totals;

    /**
     * Allocates the arrays.
     *
     * @param queries the most queries at once
     * @param keyWidth of a key
     * @param valueWidth of a value
     */
    OnlineSoftmax(int queries, int keyWidth, int valueWidth) {
        this.keyWidth = keyWidth;
        this.valueWidth = valueWidth;
        paddedWidth = (keyWidth + Tile.STEP - 1) / Tile.STEP * Tile.STEP;
        this.queries = new float[queries * paddedWidth];
        keyRow = new float[keyWidth];
        transposed = new float[keyWidth * PITCH];
        keyTile = new float[paddedWidth][KEYS];
        valueTile = new float[KEYS][valueWidth];
        sums = new float[queries][valueWidth];
        largest = new float[queries];
        totals = new float[queries];
    }

    /** Begins with a query that has seen nothing. */
    void begin(int query) {
        Arrays.fill(sums[query], 0f);
        largest[query] = Float.NEGATIVE_INFINITY;
        totals[query] = 0;
    }

    /** Reads a query. */
    void query(int query, View q, long row) {
        q.load(row, queries, query * paddedWidth);
    }

    /** Reads a key and its value into the tile. */
    void key(int j, View keys, View values, long row) {
        there[j] = true;
        keys.load(row, keyRow, 0);
        values.load(row, valueTile[j], 0);
        for (int d = 0; d < keyWidth; d++) {
            transposed[d * PITCH + j] = keyRow[d];
        }
    }

    /** Says that no block holds a key. */
    void noKey(int j) {
        there[j] = false;
        Arrays.fill(valueTile[j], 0f);
        for (int d = 0; d < keyWidth; d++) {
            transposed[d * PITCH + j] = 0;
        }
    }

    /** Ends the reading of a tile. */
    void ready() {
        for (int d = 0; d < keyWidth; d++) {
            System.arraycopy(transposed, d * PITCH, keyTile[d], 0, KEYS);
        }
    }

    /**
     * Lets a query see the keys {@code from} to {@code to} of the tile.
     *
     * @param query which
     * @param from the first key
     * @param to the key after the last
     * @param of makes scores of products
     * @param head the query's head
     * @param distance of the tile's first key from the query
     */
    void see(int query, int from, int to, Scores of, int head, int distance) {
        score(query);
        of.make(scores, from, to, head, distance);
        float highest = largest[query];
        for (int j = from; j < to; j++) {
            scores[j] = there[j] ? scores[j] : Float.NEGATIVE_INFINITY;
            highest = Math.max(highest, scores[j]);
        }
        if (highest == Float.NEGATIVE_INFINITY) {
            return; // no block holds any of them
        }
        for (int j = from; j < to; j++) {
            scores[j] -= highest;
        }
        Functions.exp(scores, weights, KEYS);
        float total = 0;
        for (int j = from; j < to; j++) {
            total += weights[j];
        }
        float decay = (float) Math.exp(largest[query] - highest);
        totals[query] = totals[query] * decay + total;
        largest[query] = highest;
        float[] sum = sums[query];
        for (int d = 0; d < valueWidth; d++) {
            sum[d] *= decay;
        }
        int j = from;
        for (; j + Tile.STEP <= to; j += Tile.STEP) {
            Tile.addScaled(sum, valueTile, j, weights, j, valueWidth);
        }
        for (; j < to; j++) {
            addOne(sum, valueTile[j], weights[j], valueWidth);
        }
    }

    /** The products of a query with all keys of the tile; those out of sight are left unread. */
    private void score(int query) {
        Arrays.fill(scores, 0f);
        for (int d = 0; d < paddedWidth; d += Tile.STEP) {
            Tile.addScaled(scores, keyTile, d, queries, query * paddedWidth + d, KEYS);
        }
    }

    private static void addOne(float[] sum, float[] values, float weight, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] = Math.fma(weight, values[i], sum[i]);
        }
    }

    /** {@return the mean of the values that a query saw, by their weights; zeros where it saw none} */
    float[] mean(int query) {
        float[] sum = sums[query];
        if (totals[query] != 0) {
            float factor = 1 / totals[query];
            for (int d = 0; d < valueWidth; d++) {
                sum[d] *= factor;
            }
        }
        return sum;
    }
}
