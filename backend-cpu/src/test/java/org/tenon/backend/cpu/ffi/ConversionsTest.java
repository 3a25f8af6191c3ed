package org.tenon.backend.cpu.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.tensor.DType;

class ConversionsTest {
    private static final int ALL = 1 << 16;

    static List<NativeKernels> variants() {
        return NativeKernels.variants();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void everyHalfBecomesTheFloatThatItMeans(NativeKernels kernels) {
        Conversions conversions = new Conversions(kernels);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment halves = arena.allocate(2L * ALL, 64);
            MemorySegment floats = arena.allocate(4L * ALL, 64);
            for (int i = 0; i < ALL; i++) {
                halves.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
            }
            for (DType type : List.of(DType.F16, DType.BF16)) {
                conversions.convert(halves.address(), type, floats.address(), DType.F32, ALL);
                float[] expected = new float[ALL];
                type.codec().decode(halves, 0, expected, 0, ALL);
                for (int i = 0; i < ALL; i++) {
                    assertEquals(expected[i], floats.getAtIndex(ValueLayout.JAVA_FLOAT, i), type + " " + i);
                }
            }
        }
    }

    /** Numbers of every size, and those half-way between two neighbours, which go to the even one. */
    @ParameterizedTest
    @MethodSource("variants")
    void everyFloatIsRoundedToTheNearestHalf(NativeKernels kernels) {
        Conversions conversions = new Conversions(kernels);
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[4 * ALL];
        for (int i = 0; i < ALL; i++) {
            values[4 * i] = Float.float16ToFloat((short) i);
            values[4 * i + 1] = (values[4 * i] + Float.float16ToFloat((short) (i + 1))) / 2;
            values[4 * i + 2] = Float.intBitsToFloat(random.nextInt());
            values[4 * i + 3] = Float.intBitsToFloat(random.nextInt() << 15);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
            MemorySegment halves = arena.allocate(2L * values.length, 64);
            for (DType type : List.of(DType.F16, DType.BF16)) {
                MemorySegment expected = arena.allocate(2L * values.length, 64);
                type.codec().encode(values, 0, values.length, expected, 0);
                conversions.convert(floats.address(), DType.F32, halves.address(), type, values.length);
                float[] rounded = new float[values.length];
                float[] wanted = new float[values.length];
                type.codec().decode(halves, 0, rounded, 0, values.length);
                type.codec().decode(expected, 0, wanted, 0, values.length);
                for (int i = 0; i < values.length; i++) {
                    assertEquals(wanted[i], rounded[i], type + " of " + values[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void nothingIsWrittenBesideTheOutput(NativeKernels kernels) {
        Conversions conversions = new Conversions(kernels);
        try (Arena arena = Arena.ofConfined()) {
            for (int count = 0; count < 70; count++) {
                MemorySegment floats = arena.allocate(4L * Math.max(1, count), 64);
                MemorySegment out = arena.allocate(2L * count + 8, 64).fill((byte) -1);
                conversions.convert(floats.address(), DType.F32, out.address() + 4, DType.BF16, count);
                assertEquals(-1, out.get(ValueLayout.JAVA_INT, 0));
                for (int i = 0; i < count; i++) {
                    assertEquals(0, out.get(ValueLayout.JAVA_SHORT, 4 + 2L * i));
                }
                assertEquals(-1, out.get(ValueLayout.JAVA_INT_UNALIGNED, 4 + 2L * count));
            }
        }
    }
}
