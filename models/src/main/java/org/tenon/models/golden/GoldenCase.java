package org.tenon.models.golden;

import java.util.Arrays;
import org.tenon.models.checkpoint.ReferenceFile;

/** One case of a golden, with the range of its logits. */
final class GoldenCase {
    private final int number;
    private final int[] source;
    private final int[] input;
    private final int[] begin;
    private final int[] generated;
    private final float[] margins;
    private final Quantity logits;

    private GoldenCase(ReferenceFile.Case one, ReferenceFile.Rows logits) {
        this.number = one.number();
        boolean decoded = one.decoderInputIds().length > 0;
        this.source = decoded ? one.inputIds() : new int[0];
        this.input = decoded ? one.decoderInputIds() : one.inputIds();
        this.begin = decoded ? Arrays.copyOf(input, 1) : input;
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

    /** How many ids the model is given, a decoder without its source. */
    int length() {
        return input.length;
    }

    /** What the decoder's output is made of; nothing in a causal model. */
    int[] source() {
        return source;
    }

    /** What comes before the continuation: all that the model is given; of a decoder its start token alone. */
    int[] begin() {
        return begin;
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
