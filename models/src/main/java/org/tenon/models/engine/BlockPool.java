package org.tenon.models.engine;

import java.util.Arrays;

/**
 * The blocks of one group of caches: who holds each is counted, the others are free, or kept for those who may want their contents again
 * until the room is needed, the one used least lately first. Allocates nothing once it is made. Confined to the engine's thread.
 */
final class BlockPool {
    private final int[] holders; // [blocks]
    private final int[] written; // [blocks]: positions that may not be zero
    private final int[] free; // a stack
    private int freeCount;

    /** The kept blocks, linked from the oldest to the newest and round again through an end of their own. */
    private final int[] older; // [blocks + 1]

    private final int[] newer; // [blocks + 1]
    private final int end;
    private int kept;
    private final PrefixIndex index;

    /** So many blocks, all free and zero; full ones of so many positions can be known to the index. */
    BlockPool(int blocks, int known) {
        this.holders = new int[blocks];
        this.written = new int[blocks];
        this.free = new int[blocks];
        this.older = new int[blocks + 1];
        this.newer = new int[blocks + 1];
        this.end = blocks;
        this.index = new PrefixIndex(blocks, known);
        this.freeCount = blocks;
        Arrays.setAll(free, i -> blocks - 1 - i); // the first block is taken first
        older[end] = end;
        newer[end] = end;
    }

    /** Which blocks are known by their contents. */
    PrefixIndex index() {
        return index;
    }

    /** Blocks that nobody holds. */
    int available() {
        return freeCount + kept;
    }

    /** Takes a block that nobody holds. Its contents are anybody's: {@link #written} positions of it. */
    int take() {
        int block;
        if (freeCount > 0) {
            block = free[--freeCount];
        } else {
            block = newer[end];
            unlink(block);
            index.remove(block);
        }
        holders[block] = 1;
        return block;
    }

    /** Positions of a block that may not be zero; from now on it counts as cleared. */
    int clear(int block) {
        int positions = written[block];
        written[block] = 0;
        return positions;
    }

    /** Holds a block that is in the index or that somebody holds, beside those who hold it already. */
    void hold(int block) {
        if (holders[block]++ == 0) {
            unlink(block);
        }
    }

    /** Whether others hold a block, too. */
    boolean shared(int block) {
        return holders[block] > 1;
    }

    /** Holds a block no longer, in which so many positions have been written. */
    void release(int block, int positions) {
        written[block] = Math.max(written[block], positions);
        if (--holders[block] > 0) {
            return;
        }
        if (index.reachable(block)) {
            older[block] = older[end];
            newer[block] = end;
            newer[older[end]] = block;
            older[end] = block;
            kept++;
        } else {
            index.remove(block);
            free[freeCount++] = block;
        }
    }

    private void unlink(int block) {
        newer[older[block]] = newer[block];
        older[newer[block]] = older[block];
        kept--;
    }
}
