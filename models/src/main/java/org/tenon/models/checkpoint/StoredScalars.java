package org.tenon.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.tenon.api.tensor.DType;

/** The scalar types that files hold and programs don't compute in; little-endian, at any alignment. */
final class StoredScalars {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfChar CHAR = ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final DType BOOL = integer(
            "BOOL",
            1,
            (source, at) -> source.get(BYTE, at) == 0 ? 0 : 1,
            (target, at, value) -> target.set(BYTE, at, (byte) (value == 0 ? 0 : 1)));
    static final DType U8 = integer(
            "U8",
            1,
            (source, at) -> Byte.toUnsignedInt(source.get(BYTE, at)),
            (target, at, value) -> target.set(BYTE, at, (byte) clamp(value, 0, 0xFF)));
    static final DType I8 = integer(
            "I8",
            1,
            (source, at) -> source.get(BYTE, at),
            (target, at, value) -> target.set(BYTE, at, (byte) clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE)));
    static final DType U16 = integer(
            "U16",
            2,
            (source, at) -> source.get(CHAR, at),
            (target, at, value) -> target.set(CHAR, at, (char) clamp(value, 0, 0xFFFF)));
    static final DType I16 = integer(
            "I16",
            2,
            (source, at) -> source.get(SHORT, at),
            (target, at, value) -> target.set(SHORT, at, (short) clamp(value, Short.MIN_VALUE, Short.MAX_VALUE)));
    static final DType U32 = integer(
            "U32",
            4,
            (source, at) -> Integer.toUnsignedLong(source.get(INT, at)),
            (target, at, value) -> target.set(INT, at, (int) clamp(value, 0, 0xFFFF_FFFFL)));
    static final DType I64 = integer(
            "I64",
            8,
            (source, at) -> source.get(LONG, at),
            (target, at, value) -> target.set(LONG, at, (long) Math.rint((double) value)));
    static final DType U64 = integer(
            "U64",
            8,
            (source, at) -> unsigned(source.get(LONG, at)),
            (target, at, value) -> target.set(LONG, at, unsigned(value)));
    static final DType F64 = new DType(
            "F64",
            1,
            8,
            true,
            new Scalar(
                    8,
                    (source, at) -> (float) source.get(DOUBLE, at),
                    (target, at, value) -> target.set(DOUBLE, at, value)));

    /** OCP 8-bit floating point 1.0: E5M2 is IEEE-like; E4M3 has no infinity, and a NaN only where all bits are set. */
    static final DType F8_E5M2 = small("F8_E5M2", code -> ieee(code, 5, 15));

    static final DType F8_E4M3 = small("F8_E4M3", code -> (code & 0x7F) == 0x7F ? Float.NaN : finite(code, 4, 7));

    /** The variants of Noune et al. 2022 (arXiv:2206.02915): what would be negative zero is the only NaN. */
    static final DType F8_E4M3FNUZ = small("F8_E4M3FNUZ", code -> code == 0x80 ? Float.NaN : finite(code, 4, 8));

    static final DType F8_E5M2FNUZ = small("F8_E5M2FNUZ", code -> code == 0x80 ? Float.NaN : finite(code, 5, 16));

    /** OCP microscaling 1.0: 2^(code - 127), no sign, 255 is NaN. */
    static final DType F8_E8M0 = small("F8_E8M0", code -> code == 0xFF ? Float.NaN : Math.scalb(1f, code - 127));

    private StoredScalars() {}

    private interface Read {
        float at(MemorySegment source, long offset);
    }

    private interface Write {
        void at(MemorySegment target, long offset, float value);
    }

    private interface Decode {
        float value(int code);
    }

    private record Scalar(int bytes, Read read, Write write) implements DType.Codec {
        @Override
        public void decode(MemorySegment source, long element, float[] target, int from, int count) {
            for (int i = 0; i < count; i++) {
                target[from + i] = read.at(source, (element + i) * bytes);
            }
        }

        @Override
        public void encode(float[] source, int from, int count, MemorySegment target, long element) {
            for (int i = 0; i < count; i++) {
                write.at(target, (element + i) * bytes, source[from + i]);
            }
        }
    }

    private static DType integer(String name, int bytes, Read read, Write write) {
        return new DType(name, 1, bytes, false, new Scalar(bytes, read, write));
    }

    /** A type of 256 values: read by table; nothing computes in it, so nothing is rounded to it. */
    private static DType small(String name, Decode decode) {
        float[] values = new float[256];
        for (int code = 0; code < values.length; code++) {
            values[code] = decode.value(code);
        }
        Read read = (source, at) -> values[Byte.toUnsignedInt(source.get(BYTE, at))];
        Write write = (target, at, value) -> {
            throw new UnsupportedOperationException("weights are not converted to " + name);
        };
        return new DType(name, 1, 1, true, new Scalar(1, read, write));
    }

    /** Sign, {@code exponentBits}, mantissa, where the largest exponent is nothing special. */
    private static float finite(int code, int exponentBits, int bias) {
        int mantissaBits = 7 - exponentBits;
        int mantissa = code & ((1 << mantissaBits) - 1);
        int exponent = (code & 0x7F) >> mantissaBits;
        float magnitude = exponent == 0
                ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                : Math.scalb((float) (mantissa | 1 << mantissaBits), exponent - bias - mantissaBits);
        return (code & 0x80) == 0 ? magnitude : -magnitude;
    }

    private static float ieee(int code, int exponentBits, int bias) {
        int mantissaBits = 7 - exponentBits;
        if ((code & 0x7F) >> mantissaBits < (1 << exponentBits) - 1) {
            return finite(code, exponentBits, bias);
        }
        if ((code & ((1 << mantissaBits) - 1)) != 0) {
            return Float.NaN;
        }
        return (code & 0x80) == 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
    }

    private static long clamp(float value, long least, long most) {
        return Math.clamp((long) Math.rint((double) value), least, most);
    }

    private static float unsigned(long bits) {
        return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2f; // the last bit stays as a sticky bit for rounding
    }

    private static long unsigned(float value) {
        if (value >= 0x1p64f) {
            return -1L;
        }
        return value >= 0x1p63f
                ? (long) (value - 0x1p63f) ^ Long.MIN_VALUE
                : Math.max(0, (long) Math.rint((double) value));
    }
}
