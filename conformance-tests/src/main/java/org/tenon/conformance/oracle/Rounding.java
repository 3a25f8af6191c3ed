package org.tenon.conformance.oracle;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.tensor.DType;

/** What a type does to a number. */
public final class Rounding {
    /**
     * What a type holds.
     *
     * @param roundoff half the distance from 1 to the next number
     * @param smallest the distance between its smallest numbers
     */
    private record Range(double roundoff, double smallest, double largest) {}

    private static final Map<DType, Range> RANGES = Map.of(
            DType.F32, new Range(0x1p-24, 0x1p-149, Float.MAX_VALUE),
            DType.BF16, new Range(0x1p-8, 0x1p-133, 0x1.FEp127),
            DType.F16, new Range(0x1p-11, 0x1p-24, 65504),
            DType.I32, new Range(0, 0, 0x1p31));

    private Rounding() {}

    /**
     * The nearest number that a type holds, as the type's own codec defines it.
     *
     * @param type a scalar type
     * @param value a number that is an F32 already, or is to become one first
     * @return the number
     */
    public static double to(DType type, double value) {
        MemorySegment bytes = MemorySegment.ofArray(new int[1]);
        float[] one = {(float) value};
        type.codec().encode(one, 0, 1, bytes, 0);
        type.codec().decode(bytes, 0, one, 0, 1);
        return one[0];
    }

    /**
     * What rounding a value to a type may change it by.
     *
     * @param type a scalar type
     * @param value the value
     * @return half of the distance between its neighbours, or more
     */
    public static double error(DType type, double value) {
        return range(type).roundoff() * Math.abs(value) + range(type).smallest();
    }

    /**
     * The largest number of a type.
     *
     * @param type a scalar type
     * @return the number
     */
    public static double largest(DType type) {
        return range(type).largest();
    }

    private static Range range(DType type) {
        return Optional.ofNullable(RANGES.get(type))
                .orElseThrow(() -> new IllegalArgumentException("no scalar type that a backend computes in: " + type));
    }
}
