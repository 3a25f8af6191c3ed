package org.tenon.api.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class DTypeTest {
    private static float[] roundTrip(DType type, float... values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(type.bytes(values.length + 3), 1);
            type.codec().encode(values, 0, values.length, bytes, 3);
            float[] decoded = new float[values.length];
            type.codec().decode(bytes, 3, decoded, 0, values.length);
            return decoded;
        }
    }

    @Test
    void bf16RoundsToTheNearestAndTiesToEven() {
        float step = 1f / 128; // between 1 and 2
        assertArrayEquals(
                new float[] {1, 1, 1 + 2 * step, 1 + step, -1},
                roundTrip(DType.BF16, 1, 1 + step / 2, 1 + 1.5f * step, 1 + step * 0.51f, -1 - step * 0.49f));
    }

    @Test
    void bf16KeepsNanInfinityAndTheSignOfZero() {
        float[] decoded = roundTrip(
                DType.BF16,
                Float.NaN,
                Float.intBitsToFloat(0x7F800001), // a NaN whose fraction lies in the lower half alone
                Float.POSITIVE_INFINITY,
                -0f,
                Float.MAX_VALUE);
        assertTrue(Float.isNaN(decoded[0]));
        assertTrue(Float.isNaN(decoded[1]));
        assertEquals(Float.POSITIVE_INFINITY, decoded[2]);
        assertEquals(-0f, decoded[3]);
        assertEquals(Float.POSITIVE_INFINITY, decoded[4], "rounds up beyond the largest finite value");
    }

    @Test
    void f16HoldsSubnormals() {
        assertArrayEquals(
                new float[] {0x1p-24f, 65504, Float.POSITIVE_INFINITY, 0},
                roundTrip(DType.F16, 0x1p-24f, 65504, 65520, 0x1p-26f));
    }

    @Test
    void everyBf16ValueSurvives() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(2, 2);
            float[] value = new float[1];
            for (int bits = 0; bits < 1 << 16; bits++) {
                bytes.set(ValueLayout.JAVA_SHORT, 0, (short) bits);
                DType.BF16.codec().decode(bytes, 0, value, 0, 1);
                DType.BF16.codec().encode(value, 0, 1, bytes, 0);
                if (!Float.isNaN(value[0])) {
                    assertEquals((short) bits, bytes.get(ValueLayout.JAVA_SHORT, 0));
                }
            }
        }
    }

    @Test
    void bytesOfBlocksAreWholeOrRefused() {
        DType blocks = new DType("TEST", 32, 18, true, DType.F32.codec());
        assertEquals(36, blocks.bytes(64));
        assertThrows(IllegalArgumentException.class, () -> blocks.bytes(65));
        assertThrows(ArithmeticException.class, () -> DType.F32.bytes(Long.MAX_VALUE / 2));
    }
}
