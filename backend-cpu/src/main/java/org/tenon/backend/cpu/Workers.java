package org.tenon.backend.cpu;

/**
 * Who computes, and in what arrays.
 *
 * @param pool the threads
 * @param scratch their arrays
 */
record Workers(WorkerPool pool, Scratch scratch) {
    /** Elements (or the like effort) that a piece of work should have to be worth handing over. */
    private static final long GRAIN = 8_192;

    /** Pieces for each worker, so that one that is held up doesn't hold up all. */
    private static final int PIECES_EACH = 4;

    /**
     * Into how many pieces to cut work.
     *
     * @param units the parts that can't be cut
     * @param effort of each unit, in elements
     * @return the pieces, zero where there are no units
     */
    int pieces(long units, long effort) {
        long worth = Math.max(1, units * Math.max(1, effort) / GRAIN);
        return (int) Math.min(Math.min(units, worth), (long) PIECES_EACH * pool.size());
    }
}
