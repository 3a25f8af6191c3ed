package org.tenon.models.golden;

import java.util.Arrays;
import org.tenon.models.checkpoint.ReferenceFile;

/** One case of a golden, with the range of its logits. */
final class GoldenCase {
    private final int number;
    private final int[] input;
    private final int[] generated;
    private final float[] margins;
    private final Quantity logits;

    private GoldenCase(ReferenceFile.Case one, ReferenceFile.Rows logits) {
        this.number = one.number();
        this.input = one.inputIds();
        this.generated = one.generatedIds();
        this.margins = one.generatedMargins().orElseGet(() -> new float[0]);
        this.logits = new Quantity(logits);
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
        return logits.range();
    }

    /** The largest difference as a part of the range; infinite where a number on either side is none, or rows don't match. */
    double deviation(float[][] found) {
        return logits.deviation(found);
    }
}
