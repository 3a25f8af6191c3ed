package org.tenon.tokenizers.split;

import java.util.Arrays;

/** A growing list of spans of a text, each a start and an exclusive end. For one thread at a time. */
public final class Spans {
    private int[] bounds = new int[64];
    private int size;

    /** An empty list. */
    public Spans() {}

    /**
     * Adds a span unless it is empty.
     *
     * @param start where it starts
     * @param end where it ends, exclusive
     */
    public void add(int start, int end) {
        if (start == end) {
            return;
        }
        if (size == bounds.length) {
            bounds = Arrays.copyOf(bounds, size * 2);
        }
        bounds[size++] = start;
        bounds[size++] = end;
    }

    /** Forgets all spans. */
    public void clear() {
        size = 0;
    }

    /**
     * The number of spans.
     *
     * @return the number
     */
    public int size() {
        return size / 2;
    }

    /**
     * Where a span starts.
     *
     * @param index the span's place
     * @return the index in the text
     */
    public int start(int index) {
        return bounds[2 * index];
    }

    /**
     * Where a span ends.
     *
     * @param index the span's place
     * @return the index in the text, exclusive
     */
    public int end(int index) {
        return bounds[2 * index + 1];
    }
}
