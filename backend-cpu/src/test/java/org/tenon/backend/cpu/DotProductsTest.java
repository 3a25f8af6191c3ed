package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.op.Linear;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** Products by the C kernel in each variant that the machine runs, and what batch invariance promises of products however they are computed. */
class DotProductsTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    static Stream<Arguments> sizes() {
        List<Arguments> all = new ArrayList<>();
        for (Variant variant : Variant.all()) {
            for (DType x : TYPES) {
                for (DType w : TYPES) {
                    for (int[] size : new int[][] {{1, 64, 33}, {5, 37, 7}, {8, 1031, 13}, {2, 1, 1}, {3, 4096, 5}}) {
                        all.add(Arguments.of(variant, x, w, size[0], size[1], size[2]));
                    }
                }
            }
            for (DType type : TYPES) {
                for (int[] size : new int[][] {
                    {0, 40, 9},
                    {1, 2017, 37},
                    {2, 4113, 9},
                    {9, 2501, 21},
                    {13, 8200, 70},
                    {7, 12291, 3},
                    {200, 4100, 6}
                }) {
                    all.add(Arguments.of(variant, type, type, size[0], size[1], size[2]));
                }
            }
        }
        return all.stream();
    }

    /** The bound for k terms in F32 is k u sum|a b| (Higham 2002, section 3.1); canaries lie around every row. */
    @ParameterizedTest
    @MethodSource("sizes")
    void anElementIsASumOfProductsWithinItsBound(Variant variant, DType x, DType w, int rows, int inner, int columns) {
        for (Rig.Lie lie : Rig.Lie.values()) {
            try (Rig rig = new Rig(variant.open(), rows + 3)) {
                StepShape step = Rig.rows(rows);
                Buffer in = rig.random(x, Rig.perRow(inner), lie);
                Buffer weight = rig.random(w, Shape.of(columns, inner));
                Buffer bias = rig.random(DType.F32, Shape.of(columns));
                Buffer out = rig.output(x, Rig.perRow(columns), lie);
                Linear.In<Buffer> operands = new Linear.In<>(in, List.of(weight), Optional.of(bias));
                rig.run(new Linear(x), operands, List.of(out), step);
                double[] left = Rig.read(in, step);
                double[] right = Rig.read(weight, step);
                double[] added = Rig.read(bias, step);
                double[] expected = new double[rows * columns];
                double[] bound = new double[expected.length];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = added[i % columns];
                    double magnitude = Math.abs(expected[i]);
                    for (int k = 0; k < inner; k++) {
                        double product = left[i / columns * inner + k] * right[i % columns * inner + k];
                        expected[i] += product;
                        magnitude += Math.abs(product);
                    }
                    bound[i] = (inner + 1) * Bounds.U * magnitude;
                }
                Bounds.assertWithin(expected, Rig.read(out, step), x, i -> bound[i]);
            }
        }
    }

    static Stream<Arguments> special() {
        return Variant.all().stream().flatMap(variant -> TYPES.stream().map(type -> Arguments.of(variant, type)));
    }

    @ParameterizedTest
    @MethodSource("special")
    void numbersThatAreNoneStayInTheirRowAndColumn(Variant variant, DType type) {
        double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1};
        int inner = 45;
        try (Rig rig = new Rig(variant.open(), odd.length)) {
            StepShape step = Rig.rows(odd.length);
            Buffer in = rig.tensor(type, Rig.perRow(inner), i -> i % inner == 44 ? odd[i / inner] : 0);
            Buffer weight =
                    rig.tensor(type, Shape.of(6, inner), i -> i / inner == 5 && i % inner == 3 ? Double.NaN : 2);
            Buffer out = rig.output(DType.F32, Rig.perRow(6));
            rig.run(new Linear(DType.F32), new Linear.In<>(in, List.of(weight), Optional.empty()), List.of(out), step);
            double[] expected = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 2};
            double[] found = Rig.read(out, step);
            for (int i = 0; i < found.length; i++) {
                assertEquals(i % 6 == 5 ? Double.NaN : expected[i / 6], found[i], "element " + i);
            }
        }
    }

    /** Where BF16 is multiplied in pairs, a subnormal number counts as zero; everywhere else it counts. */
    @ParameterizedTest
    @MethodSource("special")
    void subnormalNumbersCountWhereF32Does(Variant variant, DType type) {
        double tiny = type.equals(DType.F16) ? 0x1p-24 : 0x1p-130;
        double large = 0x1p20 / (type.equals(DType.F16) ? 64 : 1);
        try (Rig rig = new Rig(variant.open(), 3)) {
            StepShape step = Rig.rows(3);
            Buffer in = rig.tensor(type, Rig.perRow(64), i -> tiny);
            Buffer weight = rig.tensor(type, Shape.of(4, 64), i -> large);
            Buffer out = rig.output(DType.F32, Rig.perRow(4));
            rig.run(new Linear(DType.F32), new Linear.In<>(in, List.of(weight), Optional.empty()), List.of(out), step);
            boolean pairs = type.equals(DType.BF16) && variant.toString().equals("avx512bf16");
            double[] expected = new double[12];
            Arrays.fill(expected, pairs ? 0 : 64 * tiny * large);
            assertArrayEquals(expected, Rig.read(out, step));
        }
    }

    /** Every way to compute products, each for a number of threads. */
    private static List<IntFunction<Backend>> invariant() {
        List<IntFunction<Backend>> all = new ArrayList<>();
        for (Tier tier : Tier.present()) {
            all.add(threads -> tier.open(threads, Reproducibility.BATCH_INVARIANT));
        }
        for (Variant variant : Variant.all()) {
            all.add(threads -> CpuBackend.open(threads, 1L << 30, Optional.empty(), variant.kernels(), true));
        }
        return all;
    }

    @Test
    void aRowIsTheSameBitsAloneAndAmongOthersWhereBatchInvarianceIsAskedFor() {
        for (IntFunction<Backend> open : invariant()) {
            for (DType x : List.of(DType.F32, DType.BF16)) {
                for (DType w : x.equals(DType.F32) ? TYPES : List.of(DType.BF16)) {
                    double[] alone = row(open.apply(1), x, w, 1, 0);
                    for (int threads = 1; threads <= 2; threads++) {
                        for (int[] place : new int[][] {{1, 0}, {2, 1}, {8, 0}, {8, 7}, {9, 4}, {65, 33}, {301, 300}}) {
                            assertArrayEquals(
                                    alone,
                                    row(open.apply(threads), x, w, place[0], place[1]),
                                    x + " by " + w + ", place " + place[1] + " of " + place[0] + ", " + threads
                                            + " threads");
                        }
                    }
                }
            }
        }
    }

    /** The results of one row among others, which are numbers of another kind. */
    private static double[] row(Backend backend, DType x, DType w, int rows, int place) {
        int inner = 517;
        int columns = 70;
        try (Rig rig = new Rig(backend, rows)) {
            StepShape step = Rig.rows(rows);
            Buffer in = rig.tensor(
                    x,
                    Rig.perRow(inner),
                    i -> i / inner == place ? Math.sin(i % inner * 1.3) : 1e3 * Math.cos(i * 0.7 + rows));
            Buffer weight = rig.tensor(w, Shape.of(columns, inner), i -> Math.cos(i * 0.37));
            Buffer out = rig.output(DType.F32, Rig.perRow(columns));
            rig.run(new Linear(DType.F32), new Linear.In<>(in, List.of(weight), Optional.empty()), List.of(out), step);
            return Arrays.copyOfRange(Rig.read(out, step), place * columns, (place + 1) * columns);
        }
    }
}
