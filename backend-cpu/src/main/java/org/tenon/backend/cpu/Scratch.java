package org.tenon.backend.cpu;

import java.util.Arrays;

/**
 * Arrays that kernels compute in, one set for each worker. Kernels reserve what they need when they are bound; a launch allocates nothing.
 * Contents don't outlast a launch, so all kernels share them.
 */
final class Scratch {
    /** The most arrays that one kernel uses at once. */
    private static final int SLOTS = 4;

    private final float[][][] floats; // [slot][worker][]
    private final int[][][] ints;

    Scratch(int workers) {
        floats = new float[SLOTS][workers][0];
        ints = new int[SLOTS][workers][0];
    }

    /** Makes sure that each worker's array in a slot has a length. */
    void reserveFloats(int slot, int length) {
        if (floats[slot][0].length < length) {
            Arrays.setAll(floats[slot], worker -> new float[length]);
        }
    }

    /** Makes sure that each worker's array in a slot has a length. */
    void reserveInts(int slot, int length) {
        if (ints[slot][0].length < length) {
            Arrays.setAll(ints[slot], worker -> new int[length]);
        }
    }

    float[] floats(int slot, int worker) {
        return floats[slot][worker];
    }

    int[] ints(int slot, int worker) {
        return ints[slot][worker];
    }
}
