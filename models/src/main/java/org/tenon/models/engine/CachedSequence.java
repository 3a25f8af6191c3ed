package org.tenon.models.engine;

import java.util.Arrays;
import java.util.Objects;

/**
 * The ids of a sequence, and how many of them have keys in the cache. Belongs to the engine's thread; a session's caller may read ids
 * while no turn is running.
 */
final class CachedSequence {
    private int[] ids = new int[16];
    private int length;
    private int cached;
    private final BlockTable table;

    /** An empty sequence that can have so many blocks. */
    CachedSequence(int entries) {
        this.table = new BlockTable(entries);
    }

    int length() {
        return length;
    }

    /** Ids whose keys are in the cache; the others are to be computed. */
    int cached() {
        return cached;
    }

    int pending() {
        return length - cached;
    }

    int id(int position) {
        return ids[Objects.checkIndex(position, length)];
    }

    int[] ids() {
        return Arrays.copyOf(ids, length);
    }

    BlockTable table() {
        return table;
    }

    void append(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
        }
        ids[length++] = id;
    }

    /** Makes the sequence one of these ids. What it had in common with them stays cached, the last id left out, which is wanted again. */
    void become(int[] wanted) {
        int common = Arrays.mismatch(ids, 0, length, wanted, 0, wanted.length);
        cached = Math.min(cached, Math.min(common < 0 ? wanted.length : common, wanted.length - 1));
        ids = Arrays.copyOf(wanted, Math.max(wanted.length, ids.length));
        length = wanted.length;
    }

    void truncate(int to) {
        length = to;
        cached = Math.min(cached, to);
    }

    /** So many more ids have their keys in the cache. */
    void computed(int count) {
        cached += count;
    }

    /** Forgets the cache, but not the ids. The blocks have been given back. */
    void uncached() {
        cached = 0;
    }
}
