package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.tensor.DType;

/** The fast paths against the codec that defines the type. */
class LanesTest {
    static DType[] types() {
        DType own = new DType("F32_REVERSED", 1, 4, true, new DType.Codec() {
            @Override
            public void decode(MemorySegment source, long element, float[] target, int from, int count) {
                DType.F32.codec().decode(source, element, target, from, count);
                for (int i = from; i < from + count; i++) {
                    target[i] = Float.intBitsToFloat(Integer.reverseBytes(Float.floatToRawIntBits(target[i])));
                }
            }

            @Override
            public void encode(float[] source, int from, int count, MemorySegment target, long element) {
                float[] reversed = new float[count];
                for (int i = 0; i < count; i++) {
                    reversed[i] = Float.intBitsToFloat(Integer.reverseBytes(Float.floatToRawIntBits(source[from + i])));
                }
                DType.F32.codec().encode(reversed, 0, count, target, element);
            }
        });
        return new DType[] {DType.F32, DType.BF16, DType.F16, own};
    }

    /** Every pattern of 16 bits, in the upper and in the lower half of a float. */
    @ParameterizedTest
    @MethodSource("types")
    void bitsMeanWhatTheCodecSays(DType type) {
        int patterns = 1 << 16;
        int offset = 6; // aligned to nothing but pairs
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(offset + type.bytes(2L * patterns) + 8);
            float[] values = new float[2 * patterns];
            for (int i = 0; i < patterns; i++) {
                values[i] = Float.intBitsToFloat(i << 16 | (i * 31 & 0xFFFF));
                values[patterns + i] = Float.intBitsToFloat(0x3F80_0000 | i);
            }
            MemorySegment expected = arena.allocate(bytes.byteSize());
            Lanes.of(type).store(values, 1, bytes, offset, values.length - 1);
            type.codec().encode(values, 1, values.length - 1, expected.asSlice(offset), 0);
            assertArrayEquals(bits(type, expected.asSlice(offset)), bits(type, bytes.asSlice(offset)));

            float[] read = new float[values.length];
            Lanes.of(type).load(bytes, offset, read, 3, values.length - 3);
            float[] defined = new float[values.length];
            type.codec().decode(bytes.asSlice(offset), 0, defined, 3, values.length - 3);
            assertArrayEquals(defined, read);
        }
    }

    private static byte[] bits(DType type, MemorySegment bytes) {
        return bytes.asSlice(0, type.bytes((1 << 17) - 1)).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
}
