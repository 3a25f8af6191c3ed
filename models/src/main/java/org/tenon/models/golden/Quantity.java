package org.tenon.models.golden;

import org.tenon.models.checkpoint.ReferenceFile;

/** Rows of numbers that the reference computed, with their range. */
final class Quantity {
    private final ReferenceFile.Rows rows;
    private final double range;

    Quantity(ReferenceFile.Rows rows) {
        this.rows = rows;
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < rows.count(); i++) {
            for (float value : rows.row(i)) {
                lowest = Math.min(lowest, value);
                highest = Math.max(highest, value);
            }
        }
        this.range = highest - lowest;
    }

    double range() {
        return range;
    }

    /** The largest difference as a part of the range; infinite where a number on either side is none, or rows don't match. */
    double deviation(float[][] found) {
        double largest = 0;
        if (found.length != rows.count()) {
            return Double.POSITIVE_INFINITY;
        }
        for (int i = 0; i < found.length; i++) {
            float[] expected = rows.row(i);
            if (found[i].length != expected.length) {
                return Double.POSITIVE_INFINITY;
            }
            for (int j = 0; j < expected.length; j++) {
                double difference = Math.abs((double) found[i][j] - expected[j]);
                largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
            }
        }
        double deviation = largest == 0 ? 0 : largest / range;
        return Double.isFinite(range) ? deviation : Double.POSITIVE_INFINITY;
    }
}
