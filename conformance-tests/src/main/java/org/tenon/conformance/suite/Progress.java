package org.tenon.conformance.suite;

/** Is told how far the suite is. */
@FunctionalInterface
public interface Progress {
    /**
     * Something is done.
     *
     * @param done how many runs, or mutants, are done
     * @param total how many there are
     */
    void at(long done, long total);
}
