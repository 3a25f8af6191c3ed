package org.tenon.conformance.law;

import java.util.Optional;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.model.ModelSpec;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.oracle.Rounding;
import org.tenon.conformance.trial.Outcome;

/**
 * Whether two ways to the same logits agree: to the bit where the law says so, else within a bound.
 *
 * <p>The bound: a layer rounds its activations {@link #ROUNDINGS} times at the most on a path from its input to its output, each time by
 * {@code u} of the value, and each sum of {@code hidden} products adds {@code sqrt(hidden)} roundings of its accumulator. Roundings of
 * either sign add in squares (Higham and Mary 2019), a uniform one having a deviation of {@code u / sqrt(3)}. Two computations differ by
 * {@code sqrt(2)} of what one is off by, and six deviations of that are never seen. Products with random weights and norms keep the
 * proportion of error to value, so the bound is relative to the root of the mean square of a row's logits.
 */
final class Agreement {
    private static final int ROUNDINGS = 16;
    private static final double DEVIATIONS = 6;

    private final boolean exact;
    private final double relative;
    private double worst;
    private Optional<String> fault = Optional.empty();

    private Agreement(boolean exact, double relative) {
        this.exact = exact;
        this.relative = relative;
    }

    /** To the bit. */
    static Agreement exact() {
        return new Agreement(true, 0);
    }

    /** Within the bound. */
    static Agreement within(ModelSpec spec, Numerics numerics, Precision precision) {
        int layers =
                spec.stacks().stream().mapToInt(stack -> stack.layers().size()).sum();
        int hidden =
                spec.stacks().stream().mapToInt(ModelSpec.Stack::hidden).max().orElseThrow();
        double u = Rounding.error(numerics.activations(), 1) + Math.sqrt(hidden) * precision.roundoff();
        return new Agreement(false, DEVIATIONS * Math.sqrt(2.0 * ROUNDINGS * (layers + 1) / 3) * u);
    }

    /** To the bit where batches are invariant, which makes each row depend on its own sequence alone; else within the bound. */
    static Agreement of(ModelSpec spec, Numerics numerics, Precision precision) {
        return numerics.reproducibility() == Reproducibility.BATCH_INVARIANT
                ? exact()
                : within(spec, numerics, precision);
    }

    /** Compares logits: {@code [rows, vocabulary]} each. */
    void compare(String what, float[][] expected, float[][] found) {
        if (expected.length != found.length) {
            fail(what + " must have " + expected.length + " rows, but has " + found.length);
        }
        for (int row = 0; row < Math.min(expected.length, found.length); row++) {
            compare(what + ", row " + row, expected[row], found[row]);
        }
    }

    private void compare(String what, float[] expected, float[] found) {
        double squares = 0;
        for (float logit : expected) {
            squares += (double) logit * logit;
        }
        double allowed = exact ? 0 : relative * Math.sqrt(squares / expected.length);
        if (!Double.isFinite(squares)) {
            fail(what + " must be finite");
        }
        for (int id = 0; id < expected.length; id++) {
            double off = Math.abs((double) expected[id] - found[id]);
            if (exact ? Float.compare(expected[id], found[id]) != 0 : !(off <= allowed)) {
                fail(what + ", id " + id + " must be " + expected[id] + (exact ? " to the bit" : " within " + allowed)
                        + ", but is " + found[id]);
            } else if (off > 0) {
                worst = Math.max(worst, off / allowed);
            }
        }
    }

    private void fail(String message) {
        fault = fault.or(() -> Optional.of(message));
    }

    Outcome outcome() {
        return fault.map(Outcome::failed).orElseGet(() -> Outcome.passed(worst));
    }
}
