package org.tenon.backend.cpu.ffi;

import java.util.List;
import org.tenon.api.tensor.DType;

/** The element types that C kernels take, by the numbers of {@code enum type} in {@code lanes.h}. */
public final class CType {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    private CType() {}

    /**
     * Whether kernels take a type.
     *
     * @param type the type
     * @return whether they do
     */
    public static boolean known(DType type) {
        return TYPES.contains(type);
    }

    /**
     * The number of a type.
     *
     * @param type a type that kernels take
     * @return its number
     */
    public static int of(DType type) {
        int number = TYPES.indexOf(type);
        if (number < 0) {
            throw new IllegalArgumentException("C kernels take " + TYPES + ", not " + type);
        }
        return number;
    }
}
