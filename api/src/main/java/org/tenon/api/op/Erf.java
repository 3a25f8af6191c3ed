package org.tenon.api.op;

/** The error function in double precision. */
final class Erf {
    private Erf() {}

    /** A series near zero, a continued fraction (Abramowitz and Stegun 7.1.5 and 7.1.14) beyond. */
    static double of(double x) {
        double z = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        if (z > 6) {
            return Math.signum(x);
        }
        if (z < 2.5) {
            double term = z;
            double sum = z;
            for (int n = 1; Math.abs(term) > 1e-17 * sum; n++) {
                term *= -z * z / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(sum * 2 / Math.sqrt(Math.PI), x);
        }
        double fraction = 0;
        for (int n = 60; n >= 1; n--) {
            fraction = n / 2.0 / (z + fraction);
        }
        return Math.copySign(1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)), x);
    }
}
