package org.tenon.models.sampling;

/**
 * Random numbers by counter: each is a function of a seed and a position, and of nothing else. The number at position {@code n} is output
 * {@code n + 1} of SplitMix64 (Steele, Lea and Flood 2014) started at the mixed seed, so that neighbouring seeds share no numbers.
 */
public final class CounterRandom {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1p-53;

    private CounterRandom() {}

    /**
     * Sixty-four random bits.
     *
     * @param seed any number
     * @param position any number
     * @return the bits
     */
    public static long bits(long seed, long position) {
        return mix(mix(seed + GAMMA) + GAMMA * (position + 1));
    }

    /**
     * A random number.
     *
     * @param seed any number
     * @param position any number
     * @return evenly distributed from 0 to 1, 1 excluded
     */
    public static double unit(long seed, long position) {
        return (bits(seed, position) >>> 11) * UNIT;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
