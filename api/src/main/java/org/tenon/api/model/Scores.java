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
