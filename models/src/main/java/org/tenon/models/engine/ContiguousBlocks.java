package org.tenon.models.engine;

import java.util.BitSet;
import java.util.function.IntConsumer;

/** One large block for each sequence. A block is cleared when it changes owner, so that nobody meets another's keys. */
final class ContiguousBlocks implements Blocks {
    /** Blocks have a multiple of this many positions, so that attention can go through them in even chunks. */
    static final int ALIGNMENT = 64;

    private final int blockSize;
    private final int blocks;
    private final IntConsumer clear;
    private final BitSet taken = new BitSet();
    private final BitSet used = new BitSet();

    /** So many blocks, each for the longest sequence; {@code clear} sets one to zero. */
    ContiguousBlocks(int blockSize, int blocks, IntConsumer clear) {
        this.blockSize = blockSize;
        this.blocks = blocks;
        this.clear = clear;
    }

    @Override
    public int blockSize() {
        return blockSize;
    }

    @Override
    public int entries() {
        return 1;
    }

    @Override
    public boolean reserve(BlockTable table, int keys) {
        if (table.count() > 0) {
            return true;
        }
        int block = taken.nextClearBit(0);
        if (block >= blocks) {
            return false;
        }
        if (used.get(block)) {
            clear.accept(block);
        }
        taken.set(block);
        used.set(block);
        table.add(block);
        return true;
    }

    @Override
    public void release(BlockTable table) {
        for (int i = 0; i < table.count(); i++) {
            taken.clear(table.block(i));
        }
        table.empty();
    }
}
