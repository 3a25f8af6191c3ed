package org.tenon.backend.cpu;

import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.StepShape;

/**
 * A launch that goes through the rows of each sequence in order. Sequences are independent, and so are parts of their columns: both are cut into
 * pieces for the pool. Rows of no sequence give zeros.
 */
abstract class ScanLaunch implements Launch, WorkerPool.Task {
    private final Workers workers;
    private final View sequence;
    private final View read;
    private final View result;
    private final int parts;
    private final long effort;
    private int[] first = {}; // [sequences]
    private int[] count = {};
    private int[] present = {}; // the sequences that have rows
    private int sequences;
    private int pieces;

    /**
     * Plans a launch.
     *
     * @param workers do the work
     * @param sequence which sequence each row belongs to
     * @param read the slot of each sequence
     * @param result the output
     * @param parts into how many parts the columns are cut
     * @param effort of a part of a row, in elements
     */
    ScanLaunch(Workers workers, View sequence, View read, View result, int parts, long effort) {
        this.workers = workers;
        this.sequence = sequence;
        this.read = read;
        this.result = result;
        this.parts = parts;
        this.effort = effort;
    }

    /** Goes through the rows of a sequence, which reads a slot or, where that is negative, begins. */
    abstract void scan(int firstRow, int rows, int slot, int part, int worker);

    @Override
    public final void run(Queue queue, StepShape step) {
        int rows = Math.toIntExact(sequence.shape().dim(0).size(step));
        find(rows, Math.toIntExact(read.shape().dim(0).size(step)));
        long average = sequences == 0 ? 0 : rows / sequences;
        pieces = workers.pieces((long) sequences * parts, average * effort);
        workers.pool().run(pieces, this);
    }

    private void find(int rows, int all) {
        if (first.length < all) {
            first = new int[all];
            count = new int[all];
            present = new int[all];
        }
        sequences = 0;
        int before = -1;
        for (int row = 0; row < rows; row++) {
            int owner = sequence.integer(row);
            if (owner < 0) {
                clear(row);
            } else if (owner != before) {
                present[sequences++] = owner;
                first[owner] = row;
                count[owner] = 1;
            } else {
                count[owner]++;
            }
            before = owner;
        }
    }

    private void clear(long row) {
        long inner = result.shape().rank() == 3 ? result.shape().size(1) : 1;
        long bytes = result.type().bytes(result.width());
        for (long i = row * inner; i < (row + 1) * inner; i++) {
            HostMemory.clear(result.bytes(), result.at(i), bytes);
        }
    }

    @Override
    public final void run(int piece, int worker) {
        long units = (long) sequences * parts;
        long end = units * (piece + 1) / pieces;
        for (long unit = units * piece / pieces; unit < end; unit++) {
            int owner = present[(int) (unit / parts)];
            scan(first[owner], count[owner], read.integer(owner), (int) (unit % parts), worker);
        }
    }

    /** {@return a worker's array} */
    final float[] floats(int slot, int worker) {
        return workers.scratch().floats(slot, worker);
    }
}
