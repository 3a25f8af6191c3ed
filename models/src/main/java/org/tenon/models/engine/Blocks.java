package org.tenon.models.engine;

import java.util.Arrays;
import java.util.List;

/**
 * Hands out the blocks that caches are made of. A group of caches whose queries see everything has a block for each stretch of a sequence;
 * where they see a window, the blocks that have left it come back as the newest. One block for a whole sequence makes a contiguous
 * cache. A block is cleared when it changes owner, so that nobody meets another's keys.
 *
 * <p>Full blocks are shared between sequences that begin alike, and kept after use until their room is needed. Groups with a window can't
 * give the keys that have left it, so where there is such a group nothing is shared.
 *
 * <p>Where layers have states, a sequence that has anything cached holds a slot for them, too. A state is that after the last cached id and no
 * other: it is shared with nobody, a fork copies it, and what a sequence loses beside its end is computed again from the beginning. A slot needn't be cleared,
 * since a sequence that begins reads none.
 *
 * <p>Allocates nothing but tables. Confined to the engine's thread, {@link #sequence} aside.
 */
final class Blocks {
    /**
     * Tables begin at multiples of this many positions: the segments in which kernels sum over keys begin with the table, and should be the same for
     * a row whatever step it is in.
     */
    private static final int SEGMENT = 256;

    private final int blockSize;
    private final Group[] groups;
    private final BlockPool[] pools; // [groups]
    private final boolean sharing; // there is one group then
    private final boolean stateful;
    private final int[] slots; // a stack of those that nobody holds
    private int freeSlots;
    private final long step;
    private final Clearing clearing;

    /**
     * A group of caches.
     *
     * @param reach how many keys a query sees
     * @param blocks how many there are
     * @param entries how many one sequence can have
     * @param crosses whether the keys are an encoder's: a sequence has as many as its source is long, from the first step on
     */
    record Group(int reach, int blocks, int entries, boolean crosses) {
        /** A group whose keys are the sequence's own. */
        Group(int reach, int blocks, int entries) {
            this(reach, blocks, entries, false);
        }
    }

    /** Sets the first positions of a group's block to zero. */
    @FunctionalInterface
    interface Clearing {
        void clear(int group, int block, int positions);
    }

    /**
     * Blocks that nobody holds.
     *
     * @param slots sequences whose states are kept; 0 where there are no states
     * @param sharing whether full blocks may serve every sequence that begins alike: not where keys depend on more than the ids before them
     */
    Blocks(int blockSize, List<Group> groups, int slots, boolean sharing, Clearing clearing) {
        this.blockSize = blockSize;
        this.groups = groups.toArray(Group[]::new);
        this.pools = new BlockPool[groups.size()];
        this.clearing = clearing;
        this.stateful = slots > 0;
        this.slots = new int[slots];
        Arrays.setAll(this.slots, i -> slots - 1 - i); // the first slot is taken first
        this.freeSlots = slots;
        this.sharing =
                sharing && !stateful && groups.size() == 1 && groups.getFirst().reach() == Integer.MAX_VALUE;
        this.step = step(blockSize);
        int known = this.sharing ? blockSize : 0;
        Arrays.setAll(pools, group -> new BlockPool(this.groups[group].blocks(), known));
    }

    /** The least common multiple of a block's size and a segment: what the beginning of a table advances by. */
    static long step(int blockSize) {
        int shared = Math.min(Integer.lowestOneBit(blockSize), SEGMENT);
        return (long) blockSize / shared * SEGMENT;
    }

    int blockSize() {
        return blockSize;
    }

    int groups() {
        return groups.length;
    }

    /** Blocks that one sequence can have in a group. */
    int entries(int group) {
        return groups[group].entries();
    }

    /** Whether the keys of a group are an encoder's. */
    boolean crosses(int group) {
        return groups[group].crosses();
    }

    /** A new sequence, without ids or blocks, for an encoder's ids where there is one. */
    CachedSequence sequence(int... source) {
        BlockTable[] tables = new BlockTable[groups.length];
        Arrays.setAll(tables, group -> new BlockTable(groups[group].entries()));
        return new CachedSequence(tables, source);
    }

    /** Blocks of a group that nobody holds. */
    int available(int group) {
        return pools[group].available();
    }

    /**
     * Gives a sequence the blocks that it lacks for the keys up to a position, in every group or in none, and a slot for its states; false
     * where there aren't enough.
     * A group with a window gets as many as it can have.
     */
    boolean reserve(CachedSequence sequence, int upTo) {
        boolean slotless = stateful && sequence.slot() == CachedSequence.NONE;
        if (slotless && freeSlots == 0) {
            return false;
        }
        for (int group = 0; group < pools.length; group++) {
            roll(sequence, group);
            if (lacking(sequence, group, upTo) > pools[group].available()) {
                return false;
            }
        }
        if (slotless) {
            sequence.slot(slots[--freeSlots]);
        }
        for (int group = 0; group < pools.length; group++) {
            for (int lacking = lacking(sequence, group, upTo); lacking > 0; lacking--) {
                sequence.table(group).add(cleared(group));
            }
        }
        return true;
    }

    private int lacking(CachedSequence sequence, int group, int upTo) {
        BlockTable table = sequence.table(group);
        int wanted = crosses(group) ? sequence.source().length : upTo;
        long end = Math.min(wanted, table.base() + (long) groups[group].entries() * blockSize);
        return (int) ((end + blockSize - 1) / blockSize) - table.base() / blockSize - table.count();
    }

    /** Gives back what no query from the next on sees. */
    private void roll(CachedSequence sequence, int group) {
        BlockTable table = sequence.table(group);
        int first = firstSeen(group, sequence.cached());
        while (table.count() > 0 && table.base() < first) {
            pools[group].release(table.removeFirst(blockSize), blockSize);
        }
    }

    /** The position at which a table begins whose next query stands at a position. */
    private int firstSeen(int group, int position) {
        long first = (long) position - groups[group].reach() + 1;
        return first <= 0 ? 0 : (int) (first / step * step);
    }

    /** Leaves no more cached than so many ids; less where their keys, or keys that are needed with them, are gone or can't be changed. */
    void trim(CachedSequence sequence, int most) {
        int kept = Math.min(sequence.cached(), most);
        if (stateful && kept < sequence.cached()) {
            release(sequence); // the state before the end is gone
            return;
        }
        for (int group = 0; group < pools.length; group++) {
            if (crosses(group)) {
                continue; // a source stays whole
            }
            BlockTable table = sequence.table(group);
            if (table.base() > firstSeen(group, kept)) {
                release(sequence); // what the window has left behind is to be computed again
                return;
            }
            int last = kept / blockSize;
            if (kept % blockSize != 0 && last < table.base() / blockSize + table.count()) {
                kept = writable(sequence, group, kept);
            }
        }
        int blocks = (kept + blockSize - 1) / blockSize;
        for (int group = 0; group < pools.length; group++) {
            BlockTable table = sequence.table(group);
            while (!crosses(group) && table.count() > 0 && table.base() / blockSize + table.count() > blocks) {
                releaseLast(sequence, group);
            }
        }
        sequence.cached(kept);
        if (sequence.entered() > kept / blockSize) {
            sequence.entered(0, PrefixIndex.NONE, 0);
        }
    }

    /** How much of the partial block behind so many ids can stay: nothing where others read it. */
    private int writable(CachedSequence sequence, int group, int kept) {
        BlockTable table = sequence.table(group);
        int block = table.block(kept / blockSize - table.base() / blockSize);
        if (pools[group].shared(block)) {
            return kept / blockSize * blockSize;
        }
        pools[group].index().remove(block);
        return kept;
    }

    /**
     * Brings a sequence's cache to where it serves other ids best: so many of them are cached, and blocks of other sequences may have more.
     * The ids themselves follow, or {@link #release} does.
     */
    void adopt(CachedSequence sequence, int[] ids, int length, int common) {
        int found = sharing ? known(ids, (length - 1) / blockSize) : 0; // the last id is wanted again
        if (found * blockSize <= Math.min(sequence.cached(), common)) {
            trim(sequence, common);
            return;
        }
        release(sequence);
        PrefixIndex index = pools[0].index();
        int block = PrefixIndex.NONE;
        for (int i = 0; i < found; i++) {
            block = index.find(block, ids, i * blockSize);
            pools[0].hold(block);
            sequence.table(0).add(block);
        }
        sequence.cached(found * blockSize);
        sequence.entered(found, block, index.serial(block));
    }

    /** How many full blocks of these ids the index knows, so many at the most. */
    private int known(int[] ids, int most) {
        int block = PrefixIndex.NONE;
        for (int i = 0; i < most; i++) {
            block = pools[0].index().find(block, ids, i * blockSize);
            if (block == PrefixIndex.NONE) {
                return i;
            }
        }
        return most;
    }

    /** Makes the full blocks of a sequence known to others. */
    void enter(CachedSequence sequence) {
        if (!sharing) {
            return;
        }
        PrefixIndex index = pools[0].index();
        while ((sequence.entered() + 1) * (long) blockSize <= sequence.cached()) {
            int number = sequence.entered();
            int before = sequence.lastEntered();
            if (index.serial(before) != sequence.lastSerial()) {
                sequence.entered(
                        0, PrefixIndex.NONE, 0); // another's, forgotten since: now this sequence's own are entered
                continue;
            }
            int from = number * blockSize;
            int block = index.find(before, sequence.array(), from);
            if (block == PrefixIndex.NONE) {
                block = sequence.table(0).block(number);
                index.enter(block, before, sequence.array(), from);
            }
            sequence.entered(number + 1, block, index.serial(block));
        }
    }

    /** Copies what a sequence has to where another's is. */
    interface Copying {
        /** The first positions of a group's block to another. */
        void copy(int group, int from, int to, int positions);

        /** The states in a slot to another. */
        void copyStates(int from, int to);
    }

    /**
     * Makes a sequence another's twin: both hold the full blocks and those of the source, and the block that is begun is copied, and so are the states.
     * Where there is no block for the copy, its keys are to be computed again; where there is no slot, everything.
     */
    void fork(CachedSequence parent, CachedSequence child, Copying copying) {
        release(child);
        child.twin(parent);
        if (stateful && !forkStates(parent, child, copying)) {
            child.uncached();
            return;
        }
        int kept = parent.cached();
        for (int group = 0; group < pools.length; group++) {
            BlockTable from = parent.table(group);
            BlockTable to = child.table(group);
            to.restart(from.base());
            for (int i = 0; i < from.count(); i++) {
                int start = from.base() + i * blockSize;
                int begun = parent.cached() - start;
                if (crosses(group) || begun >= blockSize) {
                    pools[group].hold(from.block(i));
                    to.add(from.block(i));
                } else if (begun > 0 && pools[group].available() > 0) {
                    int copy = cleared(group);
                    copying.copy(group, from.block(i), copy, begun);
                    to.add(copy);
                } else if (begun > 0) {
                    kept = Math.min(kept, start);
                }
            }
        }
        if (stateful && kept < parent.cached()) {
            release(child); // its state would be ahead of its keys
            return;
        }
        child.cached(kept);
        child.entered(parent.entered(), parent.lastEntered(), parent.lastSerial()); // full blocks are all kept
    }

    /** Copies the states to a slot of the child's own; false where there is none. */
    private boolean forkStates(CachedSequence parent, CachedSequence child, Copying copying) {
        if (parent.slot() == CachedSequence.NONE) {
            return true; // nothing is cached
        }
        if (freeSlots == 0) {
            return false;
        }
        child.slot(slots[--freeSlots]);
        copying.copyStates(parent.slot(), child.slot());
        return true;
    }

    /** A block that nobody holds, cleared. */
    private int cleared(int group) {
        int block = pools[group].take();
        int positions = pools[group].clear(block);
        if (positions > 0) {
            clearing.clear(group, block, positions);
        }
        return block;
    }

    /** Takes all blocks back; contents that others may want are kept as long as there is room. */
    void release(CachedSequence sequence) {
        if (sequence.slot() != CachedSequence.NONE) {
            slots[freeSlots++] = sequence.slot();
            sequence.slot(CachedSequence.NONE);
        }
        for (int group = 0; group < pools.length; group++) {
            while (sequence.table(group).count() > 0) {
                releaseLast(sequence, group);
            }
        }
        sequence.uncached();
    }

    /** From the end on, so that what comes later in a sequence is forgotten earlier. */
    private void releaseLast(CachedSequence sequence, int group) {
        BlockTable table = sequence.table(group);
        int block = table.removeLast();
        int start = table.base() + table.count() * blockSize;
        int reached = crosses(group) ? sequence.encoded() : sequence.reached();
        pools[group].release(block, Math.clamp((long) reached - start, 0, blockSize));
    }
}
