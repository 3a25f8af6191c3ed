package org.tenon.conformance.oracle;

/**
 * How precise a backend claims to be; bounds are derived from it.
 *
 * @param roundoff the unit roundoff of its accumulators: half the distance from 1 to the next number, {@code 2^-24} for F32
 * @param functionRoundoffs how many of those its exponential, sine, division and their like may be off, relative to the result
 */
public record Precision(double roundoff, double functionRoundoffs) {
    /** F32 accumulators, and functions within four units in the last place, as OpenCL 1.2 and CUDA promise or better. */
    public static final Precision F32 = new Precision(0x1p-24, 8);

    /** {@return the relative error that a function may have} */
    public double function() {
        return functionRoundoffs * roundoff;
    }

    /**
     * The relative error that a sum of products may have, in any order of summation (Higham 2002, section 3.1):
     * {@code n u / (1 - n u)}, with a multiplication each.
     *
     * @param terms how many
     * @return the error, relative to the sum of the terms' magnitudes
     */
    public double sum(long terms) {
        double error = (terms + 1) * roundoff;
        return error / (1 - error);
    }
}
