package org.tenon.api.backend;

/**
 * What equal inputs promise of the bits of results, on one machine, with one version of Tenon and of its libraries, and with one number of threads. Each
 * level promises what those before it do. Asked for in {@link Numerics}; a backend that can't promise it refuses to open.
 */
public enum Reproducibility {
    /** Nothing beyond the error bounds: a backend takes whatever is fastest. */
    NONE,
    /** The same steps, from the same state, give the same bits each time. */
    RUN_TO_RUN,
    /**
     * A row's results depend on that row, its own sequence and the weights alone: not on how many other rows are in the step, what they are, or which place the row
     * has among them; nor on the number of threads. A sequence gets the very tokens alone that it gets among others.
     */
    BATCH_INVARIANT
}
