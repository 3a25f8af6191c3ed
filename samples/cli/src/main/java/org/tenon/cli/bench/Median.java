package org.tenon.cli.bench;

import java.util.stream.DoubleStream;

/** The value in the middle. */
final class Median {
    private Median() {}

    /** The median of some values, of which there is at least one; of an even number of them the mean of the two in the middle. */
    static double of(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
