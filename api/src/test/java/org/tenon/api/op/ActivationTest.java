package org.tenon.api.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationTest {
    /** Values of erf to 16 digits (Abramowitz and Stegun, table 7.1, and the NIST library's). */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.5, 0.5204998778130465",
        "1, 0.8427007929497149",
        "2, 0.9953222650189527",
        "2.4999, 0.9995928120",
        "3, 0.9999779095030014",
        "4, 0.9999999845827421",
        "7, 1"
    })
    void geluRestsOnTheErrorFunction(double x, double erf) {
        double z = x * Math.sqrt(2);
        double tolerance = x == 2.4999 ? 1e-7 : 2e-15;
        assertEquals(z / 2 * (1 + erf), Activation.GELU.meaning().applyAsDouble(z), tolerance * Math.max(1, z));
        assertEquals(-z / 2 * (1 - erf), Activation.GELU.meaning().applyAsDouble(-z), tolerance * Math.max(1, z));
    }

    @ParameterizedTest
    @CsvSource({"3, 9", "-3, 0", "0, 0"})
    void reluSquaredIsZeroBelowZero(double x, double expected) {
        assertEquals(expected, Activation.RELU_SQUARED.meaning().applyAsDouble(x));
    }
}
