package org.tenon.models.engine;

import java.util.Arrays;
import java.util.Objects;

/**
 * The ids of a sequence, and how many of them have keys and states in the cache. Belongs to the engine's thread; a session's caller may use the ids
 * while no turn is running.
 */
final class CachedSequence {
    /** No slot. */
    static final int NONE = -1;

    private static final int FEWEST = 16;

    private static final int[] NO_SOURCE = {};

    private final BlockTable[] tables; // [groups]
    private final int[] source;
    private boolean encoded;
    private int[] ids = new int[FEWEST];
    private int slot = NONE;
    private int length;
    private int cached;
    private int reached;
    private int entered;
    private int lastEntered = PrefixIndex.NONE;
    private long lastSerial;

    /** An empty sequence with these empty tables. */
    CachedSequence(BlockTable[] tables) {
        this(tables, NO_SOURCE);
    }

    /** An empty sequence with these empty tables, which an encoder's ids belong to; there are none where there is no encoder. */
    CachedSequence(BlockTable[] tables, int[] source) {
        this.tables = tables;
        this.source = source;
    }

    /** How many ids the encoder is to compute before anything else: all of them, or none. */
    int unencoded() {
        return encoded ? 0 : source.length;
    }

    /** How many ids of the encoder have their keys in the cache. */
    int encoded() {
        return encoded ? source.length : 0;
    }

    /** The encoder's ids. */
    int[] source() {
        return source;
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

    BlockTable table(int group) {
        return tables[group];
    }

    /** Where its states are kept, or {@link #NONE}. */
    int slot() {
        return slot;
    }

    void slot(int number) {
        slot = number;
    }

    void append(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
        }
        ids[length++] = id;
    }

    /** Makes room for as many ids in all. */
    void expect(int count) {
        if (count > ids.length) {
            ids = Arrays.copyOf(ids, count);
        }
    }

    /** How many of the cached ids a sequence of other ids begins with. */
    int common(int[] wanted) {
        int same = Arrays.mismatch(ids, 0, length, wanted, 0, wanted.length);
        return Math.min(cached, same < 0 ? wanted.length : same);
    }

    /** Makes the sequence one of these ids, whose beginning may be cached already. */
    void become(int[] wanted) {
        expect(wanted.length);
        System.arraycopy(wanted, 0, ids, 0, wanted.length);
        length = wanted.length;
        cached = Math.min(cached, length);
    }

    /** Takes another's ids, and counts as cached what it has; the blocks follow. */
    void twin(CachedSequence other) {
        become(other.ids());
        cached(other.cached);
        encoded = other.encoded;
    }

    /** Forgets the last ids, on whatever thread; {@link Blocks#trim} follows on the engine's. */
    void truncate(int to) {
        length = to;
    }

    /** So many more ids have their keys in the cache, and those of the encoder, too. */
    void computed(int count) {
        encoded = true;
        cached += count;
        reached = Math.max(reached, cached);
    }

    /** So many ids have their keys in the cache, be it that the ids themselves follow. */
    void cached(int count) {
        cached = count;
        reached = Math.max(reached, count);
    }

    /** Positions up to here may have been written in its blocks. */
    int reached() {
        return reached;
    }

    /** All blocks have been given back. */
    void uncached() {
        encoded = false;
        cached = 0;
        reached = 0;
        entered(0, PrefixIndex.NONE, 0);
        for (BlockTable table : tables) {
            table.restart();
        }
    }

    // ---- where its blocks stand in the prefix index

    /** The array that holds the ids, and perhaps more. */
    int[] array() {
        return ids;
    }

    /** How many full blocks from the beginning on the index knows. */
    int entered() {
        return entered;
    }

    /** The index's block for the last of them, which needn't be this sequence's own. */
    int lastEntered() {
        return lastEntered;
    }

    /** What it was known as. */
    long lastSerial() {
        return lastSerial;
    }

    void entered(int blocks, int last, long serial) {
        entered = blocks;
        lastEntered = last;
        lastSerial = serial;
    }
}
