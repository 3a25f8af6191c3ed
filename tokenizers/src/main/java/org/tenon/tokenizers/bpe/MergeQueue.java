package org.tenon.tokenizers.bpe;

import java.util.Arrays;

/** A priority queue of merges, the lowest rank first and of equal ranks the leftmost; a binary heap of longs. */
final class MergeQueue {
    private long[] heap = new long[64];
    private int size;

    static int rank(long entry) {
        return (int) (entry >>> 32);
    }

    static int place(long entry) {
        return (int) entry;
    }

    /** Empties the queue and makes room. */
    void clear(int capacity) {
        size = 0;
        if (heap.length < capacity) {
            heap = new long[capacity];
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(int rank, int place) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        long entry = (long) rank << 32 | place;
        int at = size++;
        while (at > 0 && heap[(at - 1) / 2] > entry) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = entry;
    }

    long poll() {
        long top = heap[0];
        long last = heap[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return top;
    }
}
