package org.tenon.api.model;

import java.util.Arrays;

/**
 * The scores of all ids for the next token, at first the logits. An id whose score is minus infinity is out; the others are the
 * candidates. Confined to the engine's thread while a chain works on it.
 */
public final class Scores {
    private final float[] values;
    private final int[] candidates;
    private int count;

    /** Whether {@link #candidates} names a superset of what is left, rather than nothing. */
    private boolean listed;

    /** Whether ids have gone out since the candidates were listed. */
    private boolean stale;

    /** A heap of the candidates that {@link #nextBest} hasn't given yet: the score's order in the upper half, the id's in the lower. */
    private long[] heap = {};

    private int heaped;

    /**
     * Scores of zero.
     *
     * @param vocabulary how many ids there are
     */
    public Scores(int vocabulary) {
        this.values = new float[vocabulary];
        this.candidates = new int[vocabulary];
    }

    /**
     * Begins a new row.
     *
     * @param logits the logits, {@code [vocabulary]}; copied
     */
    public void set(float[] logits) {
        if (logits.length != values.length) {
            throw new IllegalArgumentException(
                    "a row of scores has " + values.length + " values, not " + logits.length);
        }
        System.arraycopy(logits, 0, values, 0, values.length);
        listed = false;
    }

    /** {@return how many ids there are, candidates or not} */
    public int vocabulary() {
        return values.length;
    }

    /**
     * The score of an id.
     *
     * @param id the id
     * @return its score; minus infinity when it is out
     */
    public float get(int id) {
        return values[id];
    }

    /**
     * Changes the score of an id. An id that is out comes back with a score above minus infinity.
     *
     * @param id the id
     * @param score its new score
     */
    public void set(int id, float score) {
        if (values[id] == Float.NEGATIVE_INFINITY) {
            listed = false;
        } else if (score == Float.NEGATIVE_INFINITY) {
            stale = true;
        }
        values[id] = score;
    }

    /**
     * Takes an id out.
     *
     * @param id the id
     */
    public void remove(int id) {
        values[id] = Float.NEGATIVE_INFINITY;
        stale = true;
    }

    /** {@return how many candidates there are} */
    public int candidates() {
        if (!listed || stale) {
            list();
        }
        return count;
    }

    /**
     * A candidate. Changing scores while going through the candidates is allowed: those that go out stay in the order until
     * {@link #candidates()} is asked again.
     *
     * @param index its place among the candidates, ordered by id
     * @return its id
     */
    public int candidate(int index) {
        return candidates[index];
    }

    /** {@return the largest score; minus infinity where there is no candidate} */
    public float largest() {
        float largest = Float.NEGATIVE_INFINITY;
        int left = candidates();
        for (int i = 0; i < left; i++) {
            largest = Math.max(largest, values[candidates[i]]);
        }
        return largest;
    }

    /**
     * Takes out every id with a score below a threshold.
     *
     * @param threshold the least score that stays
     */
    public void removeBelow(float threshold) {
        int left = candidates();
        for (int i = 0; i < left; i++) {
            if (values[candidates[i]] < threshold) {
                remove(candidates[i]);
            }
        }
    }

    /** Puts the candidates in order of their scores, for {@link #nextBest}. */
    public void rank() {
        heaped = candidates();
        if (heap.length < heaped) {
            heap = new long[Math.min(values.length, Math.max(heaped, 2 * heap.length))];
        }
        for (int i = 0; i < heaped; i++) {
            int id = candidates[i];
            int bits = Float.floatToIntBits(values[id] + 0f); // a negative zero ties with zero
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE); // as an integer, in the order of the floats
            heap[i] = ((long) ordered << 32) | (Integer.MAX_VALUE - id);
        }
        for (int i = heaped / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    /**
     * The candidates from the highest score to the lowest, the lowest id first among equals, as they were at the last {@link #rank}.
     *
     * @return the next one; -1 when all have been given
     */
    public int nextBest() {
        if (heaped == 0) {
            return -1;
        }
        int id = id(heap[0]);
        heap[0] = heap[--heaped];
        sink(0);
        return id;
    }

    /** Takes out every candidate that {@link #nextBest} hasn't given since the last {@link #rank}. */
    public void removeRest() {
        for (int i = 0; i < heaped; i++) {
            remove(id(heap[i]));
        }
        heaped = 0;
    }

    private static int id(long entry) {
        return Integer.MAX_VALUE - (int) entry;
    }

    private void sink(int start) {
        int parent = start;
        long entry = heap[parent];
        while (true) {
            int child = 2 * parent + 1;
            if (child + 1 < heaped && heap[child + 1] > heap[child]) {
                child++;
            }
            if (child >= heaped || heap[child] <= entry) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = entry;
    }

    private void list() {
        int kept = 0;
        if (listed) {
            for (int i = 0; i < count; i++) {
                int id = candidates[i];
                if (values[id] != Float.NEGATIVE_INFINITY) {
                    candidates[kept++] = id;
                }
            }
        } else {
            for (int id = 0; id < values.length; id++) {
                if (values[id] != Float.NEGATIVE_INFINITY) {
                    candidates[kept++] = id;
                }
            }
        }
        count = kept;
        listed = true;
        stale = false;
    }

    /** {@return a copy of all scores, {@code [vocabulary]}} */
    public float[] toArray() {
        return Arrays.copyOf(values, values.length);
    }
}
