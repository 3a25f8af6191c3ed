package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.tenon.api.tensor.DType;

/** Moves runs of elements of one type between memory and an array of floats. */
interface Lanes {
    ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Reads {@code count} elements that begin at a byte. */
    void load(MemorySegment bytes, long offset, float[] to, int at, int count);

    /** Writes {@code count} elements, rounding to nearest, from a byte on. */
    void store(float[] from, int at, MemorySegment bytes, long offset, int count);

    /** {@return the lanes of a type: fast for those that programs compute in, by the type's own codec for all others} */
    static Lanes of(DType type) {
        if (type.equals(DType.F32)) {
            return F32;
        }
        if (type.equals(DType.BF16)) {
            return BF16;
        }
        if (type.equals(DType.F16)) {
            return F16;
        }
        return new Lanes() {
            @Override
            public void load(MemorySegment bytes, long offset, float[] to, int at, int count) {
                type.codec().decode(bytes.asSlice(offset), 0, to, at, count);
            }

            @Override
            public void store(float[] from, int at, MemorySegment bytes, long offset, int count) {
                type.codec().encode(from, at, count, bytes.asSlice(offset), 0);
            }
        };
    }

    /** IEEE 754 binary32. */
    Lanes F32 = new Lanes() {
        @Override
        public void load(MemorySegment bytes, long offset, float[] to, int at, int count) {
            MemorySegment.copy(bytes, FLOAT, offset, to, at, count);
        }

        @Override
        public void store(float[] from, int at, MemorySegment bytes, long offset, int count) {
            MemorySegment.copy(from, at, bytes, FLOAT, offset, count);
        }
    };

    /** IEEE 754 binary16; these loops become vector code. */
    Lanes F16 = new Lanes() {
        @Override
        public void load(MemorySegment bytes, long offset, float[] to, int at, int count) {
            for (int i = 0; i < count; i++) {
                to[at + i] = Float.float16ToFloat(bytes.get(SHORT, offset + 2L * i));
            }
        }

        @Override
        public void store(float[] from, int at, MemorySegment bytes, long offset, int count) {
            for (int i = 0; i < count; i++) {
                bytes.set(SHORT, offset + 2L * i, Float.floatToFloat16(from[at + i]));
            }
        }
    };

    /** The upper half of a binary32. */
    Lanes BF16 = new Lanes() {
        @Override
        public void load(MemorySegment bytes, long offset, float[] to, int at, int count) {
            for (int i = 0; i < count; i++) {
                to[at + i] = Float.intBitsToFloat(bytes.get(SHORT, offset + 2L * i) << 16);
            }
        }

        @Override
        public void store(float[] from, int at, MemorySegment bytes, long offset, int count) {
            for (int i = 0; i < count; i++) {
                bytes.set(SHORT, offset + 2L * i, nearest(from[at + i]));
            }
        }

        // ties to even; a NaN stays one
        private short nearest(float value) {
            int bits = Float.floatToRawIntBits(value);
            int rounded = Float.isNaN(value) ? bits | 0x40_0000 : bits + 0x7FFF + ((bits >>> 16) & 1);
            return (short) (rounded >>> 16);
        }
    };
}
