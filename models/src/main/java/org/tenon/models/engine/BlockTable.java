package org.tenon.models.engine;

/** The blocks that a sequence holds: block {@code i} has the keys of positions {@code i * blockSize} and on. */
final class BlockTable {
    private final int[] blocks;
    private int count;

    BlockTable(int entries) {
        this.blocks = new int[entries];
    }

    int count() {
        return count;
    }

    int block(int index) {
        return blocks[index];
    }

    void add(int block) {
        blocks[count++] = block;
    }

    void empty() {
        count = 0;
    }
}
