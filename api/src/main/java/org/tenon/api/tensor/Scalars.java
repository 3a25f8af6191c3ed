package org.tenon.api.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The codecs of the scalar types that programs compute in; all little-endian, at any alignment. */
final class Scalars {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final DType.Codec F32 = new DType.Codec() {
        @Override
        public void decode(MemorySegment source, long element, float[] target, int from, int count) {
            MemorySegment.copy(source, FLOAT, element * 4, target, from, count);
        }

        @Override
        public void encode(float[] source, int from, int count, MemorySegment target, long element) {
            MemorySegment.copy(source, from, target, FLOAT, element * 4, count);
        }
    };

    static final DType.Codec F16 = new DType.Codec() {
        @Override
        public void decode(MemorySegment source, long element, float[] target, int from, int count) {
            for (int i = 0; i < count; i++) {
                target[from + i] = Float.float16ToFloat(source.get(SHORT, (element + i) * 2));
            }
        }

        @Override
        public void encode(float[] source, int from, int count, MemorySegment target, long element) {
            for (int i = 0; i < count; i++) {
                target.set(SHORT, (element + i) * 2, Float.floatToFloat16(source[from + i]));
            }
        }
    };

    static final DType.Codec BF16 = new DType.Codec() {
        @Override
        public void decode(MemorySegment source, long element, float[] target, int from, int count) {
            for (int i = 0; i < count; i++) {
                target[from + i] = Float.intBitsToFloat(source.get(SHORT, (element + i) * 2) << 16);
            }
        }

        @Override
        public void encode(float[] source, int from, int count, MemorySegment target, long element) {
            for (int i = 0; i < count; i++) {
                target.set(SHORT, (element + i) * 2, toBf16(source[from + i]));
            }
        }
    };

    static final DType.Codec I32 = new DType.Codec() {
        @Override
        public void decode(MemorySegment source, long element, float[] target, int from, int count) {
            for (int i = 0; i < count; i++) {
                target[from + i] = source.get(INT, (element + i) * 4);
            }
        }

        @Override
        public void encode(float[] source, int from, int count, MemorySegment target, long element) {
            for (int i = 0; i < count; i++) {
                target.set(INT, (element + i) * 4, (int) source[from + i]);
            }
        }
    };

    private Scalars() {}

    /** Nearest, ties to even; a NaN stays a NaN (quietened, so that rounding can't carry it into infinity). */
    private static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
