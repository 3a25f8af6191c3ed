package org.tenon.models.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/** Many small blocks, which sequences take as they grow. */
final class PagedBlocks implements Blocks {
    private final int blockSize;
    private final int entries;
    private final IntConsumer clear;
    private final Deque<Integer> free = new ArrayDeque<>();

    PagedBlocks(int blockSize, int entries, int blocks, IntConsumer clear) {
        this.blockSize = blockSize;
        this.entries = entries;
        this.clear = clear;
        for (int block = 0; block < blocks; block++) {
            free.add(block);
        }
    }

    int free() {
        return free.size();
    }

    @Override
    public int blockSize() {
        return blockSize;
    }

    @Override
    public int entries() {
        return entries;
    }

    @Override
    public boolean reserve(BlockTable table, int keys) {
        int lacking = (keys + blockSize - 1) / blockSize - table.count();
        if (lacking > free.size()) {
            return false;
        }
        for (int i = 0; i < lacking; i++) {
            int block = free.remove();
            clear.accept(block);
            table.add(block);
        }
        return true;
    }

    @Override
    public void release(BlockTable table) {
        for (int i = 0; i < table.count(); i++) {
            free.add(table.block(i));
        }
        table.empty();
    }
}
