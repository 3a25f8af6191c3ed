package org.tenon.api.layer;

/** The values of a parameter that no checkpoint gives. Stateless: element {@code i} depends on the seed and on {@code i} alone. */
@FunctionalInterface
public interface Initialiser {
    /**
     * The value of an element.
     *
     * @param seed the parameter's seed
     * @param element its index
     * @return its value, the same on every machine
     */
    float value(long seed, long element);

    /**
     * One value everywhere.
     *
     * @param value the value
     * @return the initialiser
     */
    static Initialiser constant(float value) {
        return (seed, element) -> value;
    }

    /**
     * Independent values around zero, nearly normal: the sum of four uniform ones (Irwin and Hall 1927), so none is further than 3.47
     * deviations away. The uniform ones are the quarters of a counter run through the finisher of SplitMix64 (Steele, Lea and Flood
     * 2014); all but the last multiplication is integer arithmetic.
     *
     * @param deviation the standard deviation
     * @return the initialiser
     */
    static Initialiser normal(double deviation) {
        double mean = 4 * 0xFFFF / 2.0;
        double scale = deviation / Math.sqrt(4 * (0x1p32 - 1) / 12);
        return (seed, element) -> {
            long bits = bits(seed, element);
            long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
            return (float) ((sum - mean) * scale);
        };
    }

    /**
     * Independent values, each as likely as the other: 24 bits of the counter of {@link #normal}.
     *
     * @param low the smallest
     * @param high above the largest
     * @return the initialiser
     */
    static Initialiser uniform(double low, double high) {
        return (seed, element) -> (float) (low + (high - low) * (bits(seed, element) >>> 40) * 0x1p-24);
    }

    /** SplitMix64's finisher of a counter. */
    private static long bits(long seed, long element) {
        long bits = seed + element * 0x9E3779B97F4A7C15L;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }
}
