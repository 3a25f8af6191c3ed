package org.tenon.models.engine;

import java.util.Arrays;

/**
 * Finds full blocks again by what led to them: a block is known by its ids and by the block before it, so that equal ids after different
 * beginnings are different blocks. Hashes only say where to look; ids are compared. Allocates nothing once it is made. Confined to the
 * engine's thread.
 */
final class PrefixIndex {
    /** No block; as a parent, the beginning of a sequence. */
    static final int NONE = -1;

    private final int blockSize;
    private final int[] ids; // [blocks, blockSize]
    private final int[] parents; // [blocks]
    private final long[] parentSerials; // [blocks]: whose serial the parent must still have

    /** What a block is known as; a new number each time that it is entered, zero while it isn't. */
    private final long[] serials; // [blocks]

    private final int[] buckets; // the first block of each chain
    private final int[] next; // [blocks]: the next block of the chain
    private long entered;

    PrefixIndex(int blocks, int blockSize) {
        this.blockSize = blockSize;
        this.ids = new int[blocks * blockSize];
        this.parents = new int[blocks];
        this.parentSerials = new long[blocks];
        this.serials = new long[blocks];
        this.buckets = new int[Integer.highestOneBit(blocks) << 1];
        this.next = new int[blocks];
        Arrays.fill(buckets, NONE);
    }

    /** The block that follows another with the ids from a place on, or {@link #NONE}. */
    int find(int parent, int[] sequence, int from) {
        long serial = serial(parent);
        for (int block = buckets[bucket(serial, sequence, from)]; block != NONE; block = next[block]) {
            if (parents[block] == parent
                    && parentSerials[block] == serial
                    && Arrays.equals(
                            ids, block * blockSize, (block + 1) * blockSize, sequence, from, from + blockSize)) {
                return block;
            }
        }
        return NONE;
    }

    /** Makes a block known. */
    void enter(int block, int parent, int[] sequence, int from) {
        remove(block);
        System.arraycopy(sequence, from, ids, block * blockSize, blockSize);
        parents[block] = parent;
        parentSerials[block] = serial(parent);
        serials[block] = ++entered;
        int bucket = bucket(parentSerials[block], sequence, from);
        next[block] = buckets[bucket];
        buckets[bucket] = block;
    }

    /** Forgets a block. Those that follow it are found no more. */
    void remove(int block) {
        if (serials[block] == 0) {
            return;
        }
        int bucket = bucket(parentSerials[block], ids, block * blockSize);
        if (buckets[bucket] == block) {
            buckets[bucket] = next[block];
        } else {
            int before = buckets[bucket];
            while (next[before] != block) {
                before = next[before];
            }
            next[before] = next[block];
        }
        serials[block] = 0;
    }

    /** What a block is known as at present; zero for a beginning and for what isn't known. */
    long serial(int block) {
        return block == NONE ? 0 : serials[block];
    }

    /** Whether a block is known and can be found: the one before it hasn't been forgotten. */
    boolean reachable(int block) {
        return serials[block] != 0 && serial(parents[block]) == parentSerials[block];
    }

    private int bucket(long serial, int[] sequence, int from) {
        int hash = Long.hashCode(serial * 0x9E3779B97F4A7C15L);
        for (int i = from; i < from + blockSize; i++) {
            hash = 31 * hash + sequence[i];
        }
        hash *= 0x9E3779B9;
        return (hash ^ hash >>> 16) & (buckets.length - 1);
    }
}
