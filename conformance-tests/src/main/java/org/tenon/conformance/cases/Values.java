package org.tenon.conformance.cases;

import java.util.Locale;
import java.util.SplittableRandom;

/** The kinds of numbers that operands are filled with. */
public enum Values {
    /** Normally distributed around zero. */
    PLAIN,
    /** Magnitudes from 1e-6 to 1e3, evenly by their exponents: most sums are dominated by a few terms. */
    WIDE,
    /** Plain ones around a thousand: what they differ by is small beside what they are. */
    OFFSET,
    /** Zeros of both signs. */
    ZERO,
    /** Plain ones with zeros of both signs and subnormal numbers among them. */
    SMALL,
    /** Plain ones with NaN and both infinities among them. */
    SPECIAL;

    private static final int RARELY = 23;

    /** The next number, not rounded to any type yet. */
    double next(SplittableRandom random) {
        return switch (this) {
            case PLAIN -> random.nextGaussian();
            case OFFSET -> 1000 + random.nextGaussian();
            case WIDE -> (random.nextBoolean() ? 1 : -1) * Math.pow(10, random.nextDouble(-6, 3));
            case ZERO -> random.nextBoolean() ? 0.0 : -0.0;
            case SMALL ->
                switch (random.nextInt(4)) {
                    case 0 -> 0.0;
                    case 1 -> -0.0;
                    case 2 -> random.nextDouble(-1, 1) * 0x1p-130;
                    default -> random.nextGaussian();
                };
            case SPECIAL ->
                switch (random.nextInt(RARELY)) {
                    case 0 -> Double.NaN;
                    case 1 -> Double.POSITIVE_INFINITY;
                    case 2 -> Double.NEGATIVE_INFINITY;
                    default -> random.nextGaussian();
                };
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
