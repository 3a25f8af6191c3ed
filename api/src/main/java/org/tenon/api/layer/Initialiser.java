package org.tenon.api.layer;

import java.util.SplittableRandom;

/** The values of a parameter that no checkpoint gives. Stateless: element {@code i} depends on the seed and on {@code i} alone. */
@FunctionalInterface
public interface Initialiser {
    /**
     * The value of an element.
     *
     * @param seed the parameter's seed
     * @param element its index
     * @return its value
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
     * Independent normal values around zero.
     *
     * @param deviation the standard deviation
     * @return the initialiser
     */
    static Initialiser normal(double deviation) {
        return (seed, element) ->
                (float) (deviation * new SplittableRandom(seed ^ (element * 0x9E3779B97F4A7C15L)).nextGaussian());
    }
}
