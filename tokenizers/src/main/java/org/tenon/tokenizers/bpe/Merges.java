package org.tenon.tokenizers.bpe;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which pairs of tokens merge, in which order, into what: a table from a pair (two ids in a long) to its rank. Immutable once
 * built. The hash has a seed of its own, so that no file can be made to fill one corner of the table.
 */
public final class Merges {
    private static final long EMPTY = -1;
    private static final int NONE = -1;

    private final long seed = new SplittableRandom().nextLong();
    private final int mask;
    private final long[] pairs;
    private final int[] ranks;
    private final int[] results;

    /**
     * A table of merges; a pair that comes twice has the later rank.
     *
     * @param left the left token of each merge, by rank
     * @param right the right token of each merge, by rank
     * @param results what each merge gives, by rank; not copied
     */
    public Merges(int[] left, int[] right, int[] results) {
        int capacity = Integer.highestOneBit(Math.max(16, results.length) * 2 - 1) * 2;
        this.mask = capacity - 1;
        this.pairs = new long[capacity];
        this.ranks = new int[capacity];
        this.results = results;
        Arrays.fill(pairs, EMPTY);
        for (int rank = 0; rank < results.length; rank++) {
            long pair = pair(left[rank], right[rank]);
            int slot = slot(pair);
            pairs[slot] = pair;
            ranks[slot] = rank;
        }
    }

    /** The rank of a pair, or -1 where it doesn't merge. */
    int rank(int left, int right) {
        int slot = slot(pair(left, right));
        return pairs[slot] == EMPTY ? NONE : ranks[slot];
    }

    /** What the merge of a rank gives. */
    int result(int rank) {
        return results[rank];
    }

    /** Where the pair stands, or the free place where it would. */
    private int slot(long pair) {
        long hash = (pair ^ seed) * 0x9e3779b97f4a7c15L;
        int slot = (int) (hash ^ hash >>> 32) & mask;
        while (pairs[slot] != pair && pairs[slot] != EMPTY) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }
}
