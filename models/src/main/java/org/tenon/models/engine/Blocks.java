package org.tenon.models.engine;

/** Hands out the blocks that caches are made of. Caches of different kinds differ only here. Confined to the engine's thread. */
interface Blocks {
    /** Positions in a block. */
    int blockSize();

    /** Blocks that one sequence can have. */
    int entries();

    /** Gives a sequence the blocks that it lacks for so many keys, all or none; false where there aren't enough. */
    boolean reserve(BlockTable table, int keys);

    /** Takes all blocks back. */
    void release(BlockTable table);
}
