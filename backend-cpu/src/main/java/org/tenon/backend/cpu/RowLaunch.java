package org.tenon.backend.cpu;

import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.StepShape;

/** A launch whose rows are independent: they are cut into pieces for the pool. */
abstract class RowLaunch implements Launch, WorkerPool.Task {
    private final Workers workers;
    private final View counted;
    private final long effort;
    private long rows;
    private int pieces;

    /**
     * Plans a launch.
     *
     * @param workers do the work
     * @param counted gives the number of rows
     * @param effort of one row, in elements
     */
    RowLaunch(Workers workers, View counted, long effort) {
        this.workers = workers;
        this.counted = counted;
        this.effort = effort;
    }

    /** Computes one row. */
    abstract void row(long row, int worker);

    @Override
    public final void run(Queue queue, StepShape step) {
        rows = counted.rows(step);
        pieces = workers.pieces(rows, effort);
        workers.pool().run(pieces, this);
    }

    @Override
    public final void run(int piece, int worker) {
        long end = rows * (piece + 1) / pieces;
        for (long row = rows * piece / pieces; row < end; row++) {
            row(row, worker);
        }
    }

    /** {@return a worker's array} */
    final float[] floats(int slot, int worker) {
        return workers.scratch().floats(slot, worker);
    }
}
