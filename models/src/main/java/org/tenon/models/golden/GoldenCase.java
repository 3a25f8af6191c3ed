package org.tenon.models.golden;

import java.util.Arrays;
import org.tenon.models.checkpoint.ReferenceFile;

/** One case of a golden, with the range of its logits. */
final class GoldenCase {
    private final int number;
    private final int[] input;
    private final int[] generated;
    private final float[] margins;
    private final ReferenceFile.Rows logits;
    private final double range;

    private GoldenCase(ReferenceFile.Case one, ReferenceFile.Rows logits) {
        this.number = one.number();
        this.input = one.inputIds();
        this.generated = one.generatedIds();
        this.margins = one.generatedMargins().orElseGet(() -> new float[0]);
        this.logits = logits;
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.count(); i++) {
            for (float value : logits.row(i)) {
                lowest = Math.min(lowest, value);
                highest = Math.max(highest, value);
            }
        }
        this.range = highest - lowest;
    }

    static GoldenCase of(ReferenceFile.Case one) {
        return new GoldenCase(one, one.logits().orElseThrow());
    }

    int number() {
        return number;
    }

    int length() {
        return input.length;
    }

    int[] ids(int from, int to) {
        return Arrays.copyOfRange(input, from, to);
    }

    int[] generated() {
        return generated;
    }

    /** How far ahead the reference's best logit was; infinite where it doesn't say, so that tokens must be identical. */
    double margin(int position) {
        return margins.length == 0 ? Double.POSITIVE_INFINITY : margins[position];
    }

    double range() {
        return range;
    }

    /** The largest difference as a part of the range; infinite where a number on either side is none, or rows don't match. */
    double deviation(float[][] found) {
        double largest = 0;
        if (found.length != logits.count()) {
            return Double.POSITIVE_INFINITY;
        }
        for (int i = 0; i < found.length; i++) {
            float[] expected = logits.row(i);
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
