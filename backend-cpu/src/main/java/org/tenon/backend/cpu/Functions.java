package org.tenon.backend.cpu;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Unary;

/**
 * Functions of runs of numbers, as loops that the JVM compiles to vector code. Those without a loop of their own are computed one by one
 * from their meaning, in double precision.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // coefficients stand as they were published
final class Functions {
    private static final float LOG2_E = 1.44269504f;

    /** ln 2 in two parts, the first with trailing zeros, so that a multiple of it is exact (Cody and Waite 1980). */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;

    /** Added and subtracted, it rounds a float to a whole number: 1.5 * 2^23. */
    private static final float ROUNDER = 12_582_912f;

    private Functions() {}

    /** {@code out[i] = f(x[i])}; {@code spare} is overwritten, and the arrays are distinct. */
    @FunctionalInterface
    interface OfOne {
        void apply(float[] x, float[] out, float[] spare, int count);
    }

    /** {@code out[i] = f(a[i], b[i])}; {@code out} may be an operand. */
    @FunctionalInterface
    interface OfTwo {
        void apply(float[] a, float[] b, float[] out, int count);
    }

    static OfOne of(Unary.Function function) {
        if (function.equals(Unary.EXP)) {
            return (x, out, spare, count) -> exp(x, out, count);
        }
        if (function.equals(Unary.SIGMOID)) {
            return Functions::sigmoid;
        }
        if (function.equals(Unary.TANH)) {
            return Functions::tanh;
        }
        return each(function.meaning());
    }

    static OfOne of(Activation activation) {
        if (activation.equals(Activation.SILU)) {
            return Functions::silu;
        }
        if (activation.equals(Activation.GELU)) {
            return Functions::gelu;
        }
        if (activation.equals(Activation.GELU_TANH)) {
            return Functions::geluTanh;
        }
        return each(activation.meaning());
    }

    static OfTwo of(Binary.Function function) {
        if (function.equals(Binary.ADD)) {
            return Functions::add;
        }
        if (function.equals(Binary.SUBTRACT)) {
            return Functions::subtract;
        }
        if (function.equals(Binary.MULTIPLY)) {
            return Functions::multiply;
        }
        if (function.equals(Binary.DIVIDE)) {
            return Functions::divide;
        }
        if (function.equals(Binary.MAX)) {
            return Functions::max;
        }
        return each(function.meaning());
    }

    private static OfOne each(DoubleUnaryOperator meaning) {
        return (x, out, spare, count) -> {
            for (int i = 0; i < count; i++) {
                out[i] = (float) meaning.applyAsDouble(x[i]);
            }
        };
    }

    private static OfTwo each(DoubleBinaryOperator meaning) {
        return (a, b, out, count) -> {
            for (int i = 0; i < count; i++) {
                out[i] = (float) meaning.applyAsDouble(a[i], b[i]);
            }
        };
    }

    private static void add(float[] a, float[] b, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = a[i] + b[i];
        }
    }

    private static void subtract(float[] a, float[] b, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = a[i] - b[i];
        }
    }

    static void multiply(float[] a, float[] b, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = a[i] * b[i];
        }
    }

    private static void divide(float[] a, float[] b, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = a[i] / b[i];
        }
    }

    private static void max(float[] a, float[] b, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Math.max(a[i], b[i]);
        }
    }

    /**
     * {@code e^x} within 2 units in the last place: {@code x = n ln 2 + r}, a polynomial in {@code r} (Cephes, {@code expf}), and {@code 2^n} in
     * two factors, so that subnormal and infinite results come out right.
     */
    static void exp(float[] x, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            float bounded = Math.max(-104f, Math.min(89f, x[i]));
            float n = bounded * LOG2_E + ROUNDER - ROUNDER;
            float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, bounded));
            float p = Math.fma(r, 1.9875691500e-4f, 1.3981999507e-3f);
            p = Math.fma(p, r, 8.3334519073e-3f);
            p = Math.fma(p, r, 4.1665795894e-2f);
            p = Math.fma(p, r, 1.6666665459e-1f);
            p = Math.fma(p, r, 5.0000001201e-1f);
            out[i] = Math.fma(p * r, r, r) + 1;
        }
        for (int i = 0; i < count; i++) { // apart, for the JVM makes no vector code of a change from bits to float
            float bounded = Math.max(-104f, Math.min(89f, x[i]));
            int n = (int) (bounded * LOG2_E + ROUNDER - ROUNDER);
            int half = n >> 1;
            out[i] = out[i] * powerOfTwo(half) * powerOfTwo(n - half);
        }
    }

    private static float powerOfTwo(int n) {
        return Float.intBitsToFloat((n + 127) << 23);
    }

    /** {@code 1 / (1 + e^-x)}. */
    private static void sigmoid(float[] x, float[] out, float[] spare, int count) {
        for (int i = 0; i < count; i++) {
            spare[i] = -x[i];
        }
        exp(spare, out, count);
        for (int i = 0; i < count; i++) {
            out[i] = 1 / (1 + out[i]);
        }
    }

    /** {@code (1 - e^-2|x|) / (1 + e^-2|x|)}, and a polynomial near zero, where that would cancel (Cephes, {@code tanhf}). */
    static void tanh(float[] x, float[] out, float[] spare, int count) {
        for (int i = 0; i < count; i++) {
            spare[i] = -2 * Math.abs(x[i]);
        }
        exp(spare, out, count);
        for (int i = 0; i < count; i++) {
            float far = Math.copySign((1 - out[i]) / (1 + out[i]), x[i]);
            float z = x[i] * x[i];
            float p = Math.fma(z, -5.70498872745e-3f, 2.06390887954e-2f);
            p = Math.fma(p, z, -5.37397155531e-2f);
            p = Math.fma(p, z, 1.33314422036e-1f);
            p = Math.fma(p, z, -3.33332819422e-1f);
            out[i] = Math.abs(x[i]) < 0.625f ? Math.fma(p * z, x[i], x[i]) : far;
        }
    }

    private static void silu(float[] x, float[] out, float[] spare, int count) {
        sigmoid(x, out, spare, count);
        multiply(x, out, out, count);
    }

    /** {@code x/2 (1 + tanh u) = x / (1 + e^-2u)}, which loses nothing to cancellation. */
    private static void geluTanh(float[] x, float[] out, float[] spare, int count) {
        for (int i = 0; i < count; i++) {
            float cubic = Math.fma(0.044715f * x[i] * x[i], x[i], x[i]);
            spare[i] = cubic * -1.5957691216f; // -2 sqrt(2 / pi)
        }
        exp(spare, out, count);
        for (int i = 0; i < count; i++) {
            out[i] = x[i] / (1 + out[i]);
        }
    }

    /** With erf by Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. */
    private static void gelu(float[] x, float[] out, float[] spare, int count) {
        for (int i = 0; i < count; i++) {
            spare[i] = -0.5f * x[i] * x[i];
        }
        exp(spare, out, count);
        for (int i = 0; i < count; i++) {
            float magnitude = Math.abs(x[i]) * 0.70710678f;
            float t = 1 / Math.fma(0.3275911f, magnitude, 1);
            float p = Math.fma(1.061405429f, t, -1.453152027f);
            p = Math.fma(p, t, 1.421413741f);
            p = Math.fma(p, t, -0.284496736f);
            p = Math.fma(p, t, 0.254829592f);
            float rest = p * t * out[i]; // 1 - erf(|x| / sqrt 2)
            out[i] = 0.5f * x[i] * (x[i] < 0 ? rest : 2 - rest);
        }
    }
}
