package org.tenon.conformance.trial;

import java.util.Optional;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Rounding;

/** Compares element by element: first what isn't finite, which must be the same, then how far off the rest is. */
final class Comparison {
    private double worst;
    private int elements;
    private Optional<String> farthest = Optional.empty();
    private Optional<String> fault = Optional.empty();
    private int faults;

    /** The largest share of its bound that an element was off by. */
    double worst() {
        return worst;
    }

    /** What was wrong first, and how many elements were. */
    Optional<String> fault() {
        return fault.map(first -> first + (faults > 1 ? " (and " + (faults - 1) + " elements more)" : ""));
    }

    /** How many elements were compared, and which was farthest from what it must be. */
    String summary() {
        return elements + " elements compared; "
                + farthest.map(each -> "farthest off: " + each).orElse("none is off at all");
    }

    void compare(String name, Exact expected, double[] actual) {
        for (int i = 0; i < actual.length; i++) {
            double allowed = expected.bound(i) == 0 && exact(expected, i)
                    ? 0
                    : expected.bound(i) + Rounding.error(expected.type(), Math.abs(expected.at(i)) + expected.bound(i));
            double before = worst;
            if (!agree(expected, i, actual[i], allowed)) {
                faults++;
                if (fault.isEmpty()) {
                    fault = Optional.of(told(name, expected, i, allowed) + ", but is " + actual[i]);
                }
            } else if (worst > before) {
                farthest = Optional.of(told(name, expected, i, allowed) + ", and is " + actual[i]);
            }
            elements++;
        }
    }

    private static String told(String name, Exact expected, int i, double allowed) {
        return "element " + i + " of " + name + " must be " + expected.at(i) + " within " + allowed;
    }

    private static boolean exact(Exact expected, int i) {
        return Rounding.error(expected.type(), expected.at(i)) == 0
                || Rounding.to(expected.type(), expected.at(i)) == expected.at(i);
    }

    private boolean agree(Exact expected, int i, double actual, double allowed) {
        double value = expected.at(i);
        double largest = Rounding.largest(expected.type());
        if (Double.isNaN(value) || Double.isNaN(actual) || Double.isInfinite(value)) {
            return Double.compare(value, actual) == 0;
        }
        if (Double.isInfinite(actual)) { // rounded beyond the largest number
            return Math.abs(value) + allowed > largest && Math.signum(value) == Math.signum(actual);
        }
        double off = Math.abs(value - actual);
        if (off > 0 && allowed > 0 && off <= allowed) {
            worst = Math.max(worst, off / allowed);
        }
        return off <= allowed;
    }
}
