package org.tenon.cli.bench;

import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.tenon.cli.console.JsonObject;

/**
 * What a machine can do at the most, measured.
 *
 * @param bytesPerSecond bytes of memory read in a second; nothing where it wasn't measured
 * @param flopsPerSecond floating-point operations in a second; nothing where they weren't measured
 */
public record Roof(OptionalDouble bytesPerSecond, OptionalDouble flopsPerSecond) {
    /** Nothing was measured. */
    public static final Roof UNKNOWN = new Roof(OptionalDouble.empty(), OptionalDouble.empty());

    /**
     * What a backend measured.
     *
     * @param measured its roof
     * @return the roof
     */
    public static Roof of(org.tenon.api.backend.Roof measured) {
        return new Roof(OptionalDouble.of(measured.bytesPerSecond()), OptionalDouble.of(measured.flopsPerSecond()));
    }

    /** The higher one of each: machines that are shared give less at times, never more than they have. */
    Roof highest(Roof other) {
        return new Roof(highest(bytesPerSecond, other.bytesPerSecond), highest(flopsPerSecond, other.flopsPerSecond));
    }

    private static OptionalDouble highest(OptionalDouble one, OptionalDouble other) {
        return Stream.of(one, other).flatMapToDouble(OptionalDouble::stream).max();
    }

    /** The shortest time, in seconds, in which a work can be done; nothing where the roof isn't known. */
    OptionalDouble shortest(Work work) {
        return bytesPerSecond.isEmpty() || flopsPerSecond.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(
                        work.bytes() / bytesPerSecond.getAsDouble(), work.flops() / flopsPerSecond.getAsDouble()));
    }

    /** Whether memory, rather than arithmetic, bounds a work. */
    boolean bindsByMemory(Work work) {
        return work.bytes() / bytesPerSecond.orElse(1)
                >= work.flops() / flopsPerSecond.orElse(Double.POSITIVE_INFINITY);
    }

    /** {@return the roof for scripts} */
    public JsonObject report() {
        return new JsonObject().with("bytes_per_second", bytesPerSecond).with("flops_per_second", flopsPerSecond);
    }
}
