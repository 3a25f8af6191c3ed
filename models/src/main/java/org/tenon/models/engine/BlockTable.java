package org.tenon.models.engine;

/**
 * The blocks of one group of caches that a sequence holds: block {@code i} has the keys of positions {@code base + i * blockSize} and on.
 * The oldest leave it in front where queries no longer see them, so the blocks lie in a ring.
 */
final class BlockTable {
    private final int[] ring;
    private int first;
    private int count;
    private int base;

    /** An empty table for so many blocks. */
    BlockTable(int entries) {
        this.ring = new int[entries];
    }

    int count() {
        return count;
    }

    /** The position of the first key. */
    int base() {
        return base;
    }

    int block(int index) {
        int at = first + index;
        return ring[at < ring.length ? at : at - ring.length];
    }

    void add(int block) {
        int at = first + count++;
        ring[at < ring.length ? at : at - ring.length] = block;
    }

    int removeFirst(int blockSize) {
        int block = ring[first];
        first = first + 1 == ring.length ? 0 : first + 1;
        count--;
        base += blockSize;
        return block;
    }

    int removeLast() {
        return block(--count);
    }

    /** Begins anew at position zero; all blocks have been removed. */
    void restart() {
        restart(0);
    }

    /** Begins anew at a position; all blocks have been removed. */
    void restart(int position) {
        first = 0;
        base = position;
    }
}
