package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.tenon.api.tensor.DType;

/** How far a result may be from the exact one, element by element. */
final class Bounds {
    /** The unit roundoff of F32, 2^-24. */
    static final double U = 0x1p-24;

    private static final Map<DType, Double> ROUNDOFF = Map.of(DType.F32, U, DType.BF16, 0x1p-8, DType.F16, 0x1p-11);

    /** Below this a type's numbers have a fixed distance: half of it is lost in rounding. */
    private static final Map<DType, Double> SMALLEST =
            Map.of(DType.F32, 0x1p-149, DType.BF16, 0x1p-133, DType.F16, 0x1p-24);

    private Bounds() {}

    /** What rounding a value to a type may change it by. */
    static double rounding(DType type, double value) {
        return ROUNDOFF.get(type) * Math.abs(value) + SMALLEST.get(type);
    }

    /**
     * Compares.
     *
     * @param expected the exact results
     * @param actual the kernel's
     * @param type the output's type: rounding to it is allowed on top
     * @param error what the computation itself may be off by
     */
    static void assertWithin(double[] expected, double[] actual, DType type, IntToDoubleFunction error) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            double wrong = Math.abs(expected[i] - actual[i]);
            double computed = error.applyAsDouble(i);
            double bound = computed + rounding(type, Math.abs(expected[i]) + computed);
            boolean same = Double.compare(expected[i], actual[i]) == 0 || expected[i] == actual[i];
            if (!same && !(wrong <= bound)) {
                fail("element " + i + ": expected " + expected[i] + " within " + bound + ", but was " + actual[i]);
            }
        }
    }
}
