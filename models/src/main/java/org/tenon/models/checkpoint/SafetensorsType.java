package org.tenon.models.checkpoint;

import java.util.Optional;
import org.tenon.api.tensor.DType;

/**
 * The element types of safetensors, in the order in which files list their tensors: from the last of these to the first, so
 * that what needs alignment comes first (as the reference implementation 0.8, {@code Dtype}).
 */
@SuppressWarnings("ImmutableEnumChecker") // a DType is immutable
public enum SafetensorsType {
    /** One byte: zero is false, all else true. */
    BOOL(8, StoredScalars.BOOL),
    /** Two 4-bit floats in a byte. */
    F4(4),
    /** Four 6-bit floats (2 bits of exponent) in three bytes. */
    F6_E2M3(6),
    /** Four 6-bit floats (3 bits of exponent) in three bytes. */
    F6_E3M2(6),
    /** Unsigned bytes. */
    U8(8, StoredScalars.U8),
    /** Signed bytes. */
    I8(8, StoredScalars.I8),
    /** 8-bit floats with infinities (OCP FP8). */
    F8_E5M2(8, StoredScalars.F8_E5M2),
    /** 8-bit floats without infinities (OCP FP8). */
    F8_E4M3(8, StoredScalars.F8_E4M3),
    /** Powers of two: the scales of OCP microscaling formats. */
    F8_E8M0(8, StoredScalars.F8_E8M0),
    /** 8-bit floats without infinities and negative zero, 4 bits of exponent. */
    F8_E4M3FNUZ(8, StoredScalars.F8_E4M3FNUZ),
    /** 8-bit floats without infinities and negative zero, 5 bits of exponent. */
    F8_E5M2FNUZ(8, StoredScalars.F8_E5M2FNUZ),
    /** Signed 16-bit integers. */
    I16(16, StoredScalars.I16),
    /** Unsigned 16-bit integers. */
    U16(16, StoredScalars.U16),
    /** IEEE 754 binary16. */
    F16(16, DType.F16),
    /** The upper half of a binary32. */
    BF16(16, DType.BF16),
    /** Signed 32-bit integers. */
    I32(32, DType.I32),
    /** Unsigned 32-bit integers. */
    U32(32, StoredScalars.U32),
    /** IEEE 754 binary32. */
    F32(32, DType.F32),
    /** A pair of binary32: a complex number. */
    C64(64),
    /** IEEE 754 binary64. */
    F64(64, StoredScalars.F64),
    /** Signed 64-bit integers. */
    I64(64, StoredScalars.I64),
    /** Unsigned 64-bit integers. */
    U64(64, StoredScalars.U64);

    private final int bits;
    private final Optional<DType> type;

    SafetensorsType(int bits, DType type) {
        this.bits = bits;
        this.type = Optional.of(type);
    }

    SafetensorsType(int bits) {
        this.bits = bits;
        this.type = Optional.empty();
    }

    /** {@return the bits of one element} */
    public int bits() {
        return bits;
    }

    /** {@return what Tenon reads it as; nothing for a type that can be listed but not read} */
    public Optional<DType> type() {
        return type;
    }

    /**
     * The type of a name.
     *
     * @param name as files spell it
     * @return the type; nothing when the format has none of that name
     */
    public static Optional<SafetensorsType> named(String name) {
        for (SafetensorsType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * How a Tenon type is stored.
     *
     * @param type the type
     * @return its counterpart; nothing when the format has none
     */
    public static Optional<SafetensorsType> of(DType type) {
        return named(type.name()).filter(stored -> stored.type.equals(Optional.of(type)));
    }
}
