package org.tenon.api.model;

import java.util.Arrays;

/**
 * The scores of all ids for the next token, at first the logits. An id whose score is minus infinity is out; the others are the
 * candidates. Confined to the engine's thread while a chain works on it.
 */
public final class Scores {
    private static final int BLOCK = 256;

    /** The score, below the largest, from which on weights no longer count beside 1: e^-64 is 1.6e-28, far below F64's precision. */
    private static final double LIGHTEST = -64;

    /** How many ranges of scores there are, and how many of them lie between two scores that differ by one. The last has no end. */
    private static final int RANGES = 1024;

    private static final float RANGES_PER_ONE = 16;

    /** The last best id, where none was given but some were passed over. */
    private static final int PASSED = -2;

    /** Within how many ranges the best are first looked for; more as more are wanted. */
    private static final int FIRST_WIDTH = 32;

    private final float[] values;
    private final int[] candidates;
    private int count;

    /** Whether {@link #candidates} names a superset of what is left, rather than nothing. */
    private boolean listed;

    /** Whether ids have gone out since the candidates were listed. */
    private boolean stale;

    /** A heap of what {@link #nextBest} gives next: the score's order in the upper half, the id's in the lower. */
    private long[] heap = {};

    private int heaped;

    /** Scores are sorted roughly into ranges below the largest; those before this one have been heaped or skipped. */
    private int nextRange;

    /** How many ranges are heaped together. */
    private int width;

    private int lastBest;

    /** Sums of weights by blocks of ids, where the weights of all ids were summed. */
    private final double[] sums;

    private final double[] block = new double[BLOCK];
    private final float[] columns = new float[BLOCK];
    private double[] masses = {};
    private boolean blocked;
    private float heaviest;

    /**
     * Scores of zero.
     *
     * @param vocabulary how many ids there are
     */
    public Scores(int vocabulary) {
        this.values = new float[vocabulary];
        this.candidates = new int[vocabulary];
        this.sums = new double[(vocabulary + BLOCK - 1) / BLOCK];
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

    /**
     * Begins a new row of which a few ids are known, some dozens at most; all others are out.
     *
     * @param ids the ids, in any order, none twice; copied
     * @param logits the logits of those ids; copied
     * @param known how many ids there are, from the beginning of both arrays
     */
    public void set(int[] ids, float[] logits, int known) {
        if (listed) { // nobody else is in
            for (int i = 0; i < count; i++) {
                values[candidates[i]] = Float.NEGATIVE_INFINITY;
            }
        } else {
            Arrays.fill(values, Float.NEGATIVE_INFINITY);
        }
        int kept = 0;
        for (int i = 0; i < known; i++) {
            values[ids[i]] = logits[i];
            if (logits[i] != Float.NEGATIVE_INFINITY) {
                enter(ids[i], kept++);
            }
        }
        listedAre(kept);
    }

    /** Puts an id in its place among the first few candidates. The library's sort would make an object each time. */
    private void enter(int id, int before) {
        int place = before;
        while (place > 0 && candidates[place - 1] > id) {
            candidates[place] = candidates[--place];
        }
        candidates[place] = id;
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

    /** {@return the largest score; minus infinity where there is no candidate, NaN where a score is} */
    public float largest() {
        return few() ? largestOfFew() : largestOfAll();
    }

    private float largestOfFew() {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, values[candidates[i]]);
        }
        return largest;
    }

    private float largestOfAll() {
        Arrays.fill(columns, Float.NEGATIVE_INFINITY);
        for (int from = 0; from < values.length; from += BLOCK) { // by columns, so that the JVM makes vectors of it
            int size = Math.min(BLOCK, values.length - from);
            for (int i = 0; i < size; i++) {
                columns[i] = Math.max(columns[i], values[from + i]);
            }
        }
        float largest = columns[0];
        for (float column : columns) {
            largest = Math.max(largest, column);
        }
        return largest;
    }

    /**
     * Divides all scores.
     *
     * @param by the divisor, above zero
     */
    public void divide(float by) {
        if (few()) {
            for (int i = 0; i < count; i++) {
                values[candidates[i]] /= by;
            }
            return;
        }
        listed = false; // an infinite divisor brings in, as NaN, what was out
        for (int id = 0; id < values.length; id++) {
            values[id] /= by;
        }
    }

    /**
     * Takes out every id with a score below a threshold.
     *
     * @param threshold the least score that stays
     */
    public void removeBelow(float threshold) {
        boolean few = few();
        int entries = few ? count : values.length;
        int kept = 0;
        for (int i = 0; i < entries; i++) {
            int id = few ? candidates[i] : i;
            if (values[id] < threshold) {
                values[id] = Float.NEGATIVE_INFINITY;
            } else if (values[id] != Float.NEGATIVE_INFINITY) {
                candidates[kept++] = id;
            }
        }
        listedAre(kept);
    }

    /** Begins to go through the candidates by their scores, with {@link #nextBest}. No score may rise until that is over. */
    public void rank() {
        heaped = 0;
        lastBest = -1;
        heaviest = largest();
        nextRange = 0;
        width = FIRST_WIDTH;
    }

    /**
     * Begins as {@link #rank} does, and passes over some of the best, whose weights {@code exp(score - largest)} sum up to less than a
     * number.
     *
     * @param mass the number, at most what {@link #weigh} gives
     * @return the sum of the weights of those passed over, below {@code mass}
     */
    public double rankBeyond(double mass) {
        rank();
        if (few()) {
            return 0;
        }
        if (masses.length == 0) {
            masses = new double[RANGES];
        }
        Arrays.fill(masses, 0);
        for (int from = 0; from < values.length; from += BLOCK) {
            weigh(from / BLOCK);
            int size = Math.min(BLOCK, values.length - from);
            for (int i = 0; i < size; i++) {
                masses[range(values[from + i])] += block[i];
            }
        }
        double passed = 0;
        while (nextRange < RANGES - 1 && passed + masses[nextRange] < mass) {
            passed += masses[nextRange++];
        }
        width = 1;
        if (nextRange > 0) {
            lastBest = PASSED;
        }
        return passed;
    }

    /** Grows as scores fall; NaN is among the best. */
    private int range(float score) {
        return (int) Math.min((heaviest - score) * RANGES_PER_ONE, RANGES - 1f);
    }

    /**
     * The candidates from the highest score to the lowest, the lowest id first among equals, since the last {@link #rank}.
     *
     * @return the next one; -1 when all have been given
     */
    public int nextBest() {
        while (heaped == 0) {
            if (nextRange == RANGES) {
                return -1;
            }
            heapNext();
        }
        lastBest = id(heap[0]);
        heap[0] = heap[--heaped];
        sink(0);
        return lastBest;
    }

    /** Heaps the candidates of the next ranges; mostly few are ever wanted. */
    private void heapNext() {
        int end = Math.min(nextRange + width, RANGES);
        float floor = end == RANGES ? Float.NEGATIVE_INFINITY : heaviest - (end + 1) / RANGES_PER_ONE;
        boolean few = few();
        int entries = few ? count : values.length;
        for (int i = 0; i < entries; i++) {
            int id = few ? candidates[i] : i;
            float score = values[id];
            if (!(score < floor) && score != Float.NEGATIVE_INFINITY) { // for the most part that settles it
                int range = range(score);
                if (range >= nextRange && range < end) {
                    heap(score, id);
                }
            }
        }
        nextRange = end;
        width *= 4;
        for (int i = heaped / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    /** Whether the candidates are listed, and so few that going through the list is quicker than going through all ids. */
    private boolean few() {
        return listed && !stale && count <= values.length / 16;
    }

    private void heap(float score, int id) {
        if (heaped == heap.length) {
            heap = Arrays.copyOf(heap, Math.min(values.length, Math.max(BLOCK, 2 * heaped)));
        }
        int bits = Float.floatToIntBits(score + 0f); // a negative zero ties with zero
        int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE); // as an integer, in the order of the floats
        heap[heaped++] = ((long) ordered << 32) | (Integer.MAX_VALUE - id);
    }

    /** Takes out every candidate that {@link #nextBest} hasn't given, nor was passed over, since the last {@link #rank}. */
    public void removeRest() {
        int worst = lastBest;
        float last = worst < 0 ? Float.POSITIVE_INFINITY : values[worst];
        int begun = worst == PASSED ? nextRange : 0;
        boolean few = few();
        int entries = few ? count : values.length;
        int kept = 0;
        for (int i = 0; i < entries; i++) {
            int id = few ? candidates[i] : i;
            float score = values[id];
            boolean given = worst < 0 ? range(score) < begun : score > last || (score == last && id <= worst);
            if (given && score != Float.NEGATIVE_INFINITY) {
                candidates[kept++] = id;
            } else {
                values[id] = Float.NEGATIVE_INFINITY;
            }
        }
        heaped = 0;
        nextRange = RANGES;
        listedAre(kept);
    }

    /**
     * Sums the weights {@code exp(score - largest)} of all candidates, in F64: what softmax divides by.
     *
     * @return the sum, from 1 on; 0 where there is no candidate, NaN where a score is NaN or infinite
     */
    public double weigh() {
        heaviest = largest();
        if (heaviest == Float.NEGATIVE_INFINITY) {
            return 0;
        }
        blocked = !few();
        double total = 0;
        if (!blocked) {
            for (int i = 0; i < count; i++) {
                total += Math.exp((double) values[candidates[i]] - heaviest);
            }
            return total;
        }
        for (int i = 0; i < sums.length; i++) {
            weigh(i);
            sums[i] = sum(block);
            total += sums[i];
        }
        return total;
    }

    /** The weights of a block of ids, zero behind the last. What is out weighs next to nothing. Written so that the JVM makes vectors of it. */
    private void weigh(int number) {
        int from = number * BLOCK;
        int size = Math.min(BLOCK, values.length - from);
        double top = heaviest;
        for (int i = 0; i < size; i++) {
            // e^x = (e^(x / 256))^256; the series of e^y, |y| <= 1/4, up to y^9 / 9! is exact to 3e-13, its power to
            // 7e-11
            double y = Math.max(values[from + i] - top, LIGHTEST) * (1.0 / 256);
            double e = 1 + y * (1 / 9.0);
            e = 1 + y * (1 / 8.0) * e;
            e = 1 + y * (1 / 7.0) * e;
            e = 1 + y * (1 / 6.0) * e;
            e = 1 + y * (1 / 5.0) * e;
            e = 1 + y * (1 / 4.0) * e;
            e = 1 + y * (1 / 3.0) * e;
            e = 1 + y * (1 / 2.0) * e;
            e = 1 + y * e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            block[i] = e * e;
        }
        Arrays.fill(block, size, BLOCK, 0);
    }

    /** The sum of a block, by halves. */
    private static double sum(double[] terms) {
        for (int half = BLOCK / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                terms[i] += terms[i + half];
            }
        }
        return terms[0];
    }

    /**
     * The first candidate, in the order of ids, at which the sum of the weights exceeds a number; the last one that weighs anything where
     * none does. To be asked right after {@link #weigh}.
     *
     * @param sum the number, from 0 to what {@link #weigh} gave
     * @return the id
     */
    public int at(double sum) {
        int begin = 0;
        int end = blocked ? values.length : count;
        double before = 0;
        if (blocked) {
            int number = 0;
            while (number < sums.length - 1 && before + sums[number] <= sum) {
                before += sums[number++];
            }
            begin = number * BLOCK;
        }
        int found = -1;
        for (int i = begin; i < end && before <= sum; i++) {
            int id = blocked ? i : candidates[i];
            double weight = Math.exp((double) values[id] - heaviest);
            if (weight > 0) {
                found = id;
                before += weight;
            }
        }
        for (int id = begin - 1; found < 0 && id >= 0; id--) {
            found = values[id] - heaviest > LIGHTEST ? id : -1;
        }
        return found;
    }

    private void listedAre(int kept) {
        count = kept;
        listed = true;
        stale = false;
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
        listedAre(kept);
    }

    /** {@return a copy of all scores, {@code [vocabulary]}} */
    public float[] toArray() {
        return Arrays.copyOf(values, values.length);
    }
}
