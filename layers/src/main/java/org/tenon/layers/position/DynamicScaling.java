package org.tenon.layers.position;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.tenon.api.layer.InvalidLayer;

/**
 * Dynamic NTK scaling (bloc97 and emozilla 2023), as Transformers' {@code dynamic}: up to {@code positions} the frequencies are unscaled;
 * a sequence of length {@code n} beyond them turns with the base
 * {@code theta * (factor * n / positions - (factor - 1))^(width / (width - 2))}.
 *
 * <p>By the reference's definition all rows of a step turn by the length after it, and keys in the cache stay as they were written. So a
 * prompt in one step, in chunks, and token by token give different results once it is longer than {@code positions}.
 *
 * <p>There is a row of frequencies for each length up to the model's context.
 *
 * @param factor how fast the base grows
 * @param positions the longest sequence that the model was trained on
 */
public record DynamicScaling(double factor, int positions) implements Scaling {
    /** The most numbers in the table of frequencies; 64 MiB. */
    private static final long MOST = 1L << 24;

    @Override
    public void check(InvalidLayer.Check check, RopeBase base) {
        check.that(factor > 0 && Double.isFinite(factor), "rope.scaling.factor", factor + " is not a positive number")
                .that(positions >= 1, "rope.scaling.positions", positions + " is less than 1")
                .that(base.width() > 2, "rope.scaling", "dynamic scaling needs at least 2 pairs of columns");
        if (positions >= 1) {
            check.that(
                    variants(base) * base.pairs() <= MOST,
                    "rope.scaling",
                    "the frequencies of " + base.pairs() + " pairs for each length from " + positions + " to "
                            + base.context() + " are more than " + MOST + " numbers; make the context shorter");
        }
    }

    private long variants(RopeBase base) {
        return Math.max(0, (long) base.context() - positions) + 1;
    }

    @Override
    public OptionalInt settledLength() {
        return OptionalInt.of(positions);
    }

    @Override
    public Frequencies frequencies(RopeBase base) {
        List<float[]> variants = new ArrayList<>();
        variants.add(base.frequencies());
        float exponent = (float) (base.width() / (base.width() - 2.0));
        for (int n = positions + 1; n <= base.context(); n++) {
            float stretch = (float) factor * n / positions - (float) (factor - 1);
            float theta = (float) base.theta() * (float) Math.pow(stretch, exponent);
            variants.add(RopeBase.inverse(base.periods(theta)));
        }
        return Frequencies.byLength(variants, positions, 1);
    }
}
