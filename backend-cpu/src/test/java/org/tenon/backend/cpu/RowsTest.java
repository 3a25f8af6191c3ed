package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Gather;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Scatter;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** Kernels that work row by row: norms, reductions, rotations, activations, and those that put rows elsewhere. */
class RowsTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    static List<Variant> variants() {
        return Variant.all();
    }

    static Stream<Arguments> types() {
        List<Arguments> all = new ArrayList<>();
        for (Variant variant : Variant.all()) {
            for (DType from : TYPES) {
                for (DType to : TYPES) {
                    for (Rig.Lie lie : Rig.Lie.values()) {
                        all.add(Arguments.of(variant, from, to, lie));
                    }
                }
            }
        }
        return all.stream();
    }

    /** Squares are summed in double precision; the factor, and two products, are rounded to F32: 4 u, and 1 to spare. */
    @ParameterizedTest
    @MethodSource("types")
    void aRowIsDividedByItsRootMeanSquare(Variant variant, DType from, DType to, Rig.Lie lie) {
        try (Rig rig = new Rig(variant.open())) {
            for (int rows : new int[] {0, 1, 19}) {
                for (int width : new int[] {1, 37, 211}) {
                    for (double magnitude : new double[] {1, 200, 1e-4}) {
                        Buffer x = rig.tensor(from, Rig.perRow(width), lie, i -> magnitude * Math.sin(i * 0.37));
                        norm(rig, x, rig.output(to, Rig.perRow(width), lie), Rig.rows(rows));
                    }
                }
            }
        }
    }

    private static void norm(Rig rig, Buffer x, Buffer out, StepShape step) {
        int width = Math.toIntExact(x.shape().width());
        Buffer weight = rig.random(DType.F32, Shape.of(width));
        rig.run(new RmsNorm(1e-5, out.type()), new RmsNorm.In<>(x, weight), List.of(out), step);
        double[] in = Rig.read(x, step);
        double[] w = Rig.read(weight, step);
        double[] expected = new double[in.length];
        for (int i = 0; i < in.length; i++) {
            double squares = 0;
            for (int j = i / width * width; j < (i / width + 1) * width; j++) {
                squares += in[j] * in[j];
            }
            expected[i] = in[i] / Math.sqrt(squares / width + 1e-5) * w[i % width];
        }
        Bounds.assertWithin(expected, Rig.read(out, step), out.type(), i -> 5 * Bounds.U * Math.abs(expected[i]));
    }

    /**
     * Sums are taken in double precision; what is left of the mean, the factor, two products and a sum are rounded to F32: 4 u of the product and 1 of the
     * result, and 1 to spare. Rows lie around a number that is far larger than what their elements differ by.
     */
    @ParameterizedTest
    @MethodSource("types")
    void aRowIsCentredAndDividedByItsDeviation(Variant variant, DType from, DType to, Rig.Lie lie) {
        try (Rig rig = new Rig(variant.open())) {
            for (int rows : new int[] {0, 1, 19}) {
                for (int width : new int[] {1, 37, 211}) {
                    for (double offset : new double[] {0, 500}) {
                        Buffer x = rig.tensor(from, Rig.perRow(width), lie, i -> offset + 3 * Math.sin(i * 0.37));
                        Buffer bias = rig.random(DType.F32, Shape.of(width));
                        layerNorm(rig, x, Optional.of(bias), rig.output(to, Rig.perRow(width), lie), Rig.rows(rows));
                        layerNorm(rig, x, Optional.empty(), rig.output(to, Rig.perRow(width), lie), Rig.rows(rows));
                    }
                }
            }
        }
    }

    private static void layerNorm(Rig rig, Buffer x, Optional<Buffer> bias, Buffer out, StepShape step) {
        int width = Math.toIntExact(x.shape().width());
        Buffer weight = rig.random(DType.F32, Shape.of(width));
        rig.run(new LayerNorm(1e-5, out.type()), new LayerNorm.In<>(x, weight, bias), List.of(out), step);
        double[] in = Rig.read(x, step);
        double[] w = Rig.read(weight, step);
        double[] b = bias.map(vector -> Rig.read(vector, step)).orElseGet(() -> new double[width]);
        double[] products = new double[in.length];
        double[] expected = new double[in.length];
        for (int i = 0; i < in.length; i++) {
            double[] row = Arrays.copyOfRange(in, i / width * width, (i / width + 1) * width);
            double mean = Arrays.stream(row).sum() / width;
            double variance = Arrays.stream(row)
                            .map(each -> (each - mean) * (each - mean))
                            .sum()
                    / width;
            products[i] = (in[i] - mean) / Math.sqrt(variance + 1e-5) * w[i % width];
            expected[i] = products[i] + b[i % width];
        }
        Bounds.assertWithin(
                expected,
                Rig.read(out, step),
                out.type(),
                i -> Bounds.U * (5 * Math.abs(products[i]) + Math.abs(expected[i])));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void aNormOfHugeNumbersDoesNotOverflow(Variant variant) {
        try (Rig rig = new Rig(variant.open())) {
            Buffer x = rig.tensor(DType.F32, Shape.of(1, 4), i -> 1e30);
            Buffer weight = rig.tensor(DType.F32, Shape.of(4), i -> 2);
            Buffer out = rig.output(DType.F32, Shape.of(1, 4));
            rig.run(new RmsNorm(1e-5, DType.F32), new RmsNorm.In<>(x, weight), List.of(out), StepShape.NONE);
            for (double each : Rig.read(out, StepShape.NONE)) {
                assertEquals(2, each, 2 * 5 * Bounds.U);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Rig.Lie.class)
    void reductionsTakeTheLastDimension(Rig.Lie lie) {
        for (int width : new int[] {1, 2, 65, 1000}) {
            try (Rig rig = new Rig(Tier.JAVA.open())) {
                StepShape step = Rig.rows(11);
                Buffer x = rig.random(DType.F32, Rig.perRow(3, width), lie);
                Buffer sums = rig.output(DType.F32, Rig.perRow(3, 1), lie);
                Buffer largest = rig.output(DType.F32, Rig.perRow(3, 1), lie);
                rig.run(new Reduce(Reduce.SUM), new Reduce.In<>(x), List.of(sums), step);
                rig.run(new Reduce(Reduce.MAX), new Reduce.In<>(x), List.of(largest), step);
                double[] in = Rig.read(x, step);
                double[] expected = new double[33];
                double[] highest = new double[33];
                for (int i = 0; i < 33; i++) {
                    double[] row = Arrays.copyOfRange(in, i * width, (i + 1) * width);
                    expected[i] = Arrays.stream(row).sum();
                    highest[i] = Arrays.stream(row).max().orElseThrow();
                }
                Bounds.assertWithin(expected, Rig.read(sums, step), DType.F32, i -> 1e-12 * width); // double sums
                assertArrayEquals(highest, Rig.read(largest, step));
            }
        }
    }

    @Test
    void theLargestOfNothingIsNegativeInfinityAndOneWithNaNIsNaN() {
        try (Rig rig = new Rig(Tier.JAVA.open())) {
            Buffer nothing = rig.output(DType.F32, Shape.of(2, 0));
            Buffer some = rig.tensor(DType.F32, Shape.of(1, 3), i -> i == 1 ? Double.NaN : i);
            Buffer two = rig.output(DType.F32, Shape.of(2, 1));
            Buffer one = rig.output(DType.F32, Shape.of(1, 1));
            rig.run(new Reduce(Reduce.MAX), new Reduce.In<>(nothing), List.of(two), StepShape.NONE);
            double lowest = Double.NEGATIVE_INFINITY;
            assertArrayEquals(new double[] {lowest, lowest}, Rig.read(two, StepShape.NONE));
            rig.run(new Reduce(Reduce.SUM), new Reduce.In<>(nothing), List.of(two), StepShape.NONE);
            assertArrayEquals(new double[2], Rig.read(two, StepShape.NONE));
            rig.run(new Reduce(Reduce.MAX), new Reduce.In<>(some), List.of(one), StepShape.NONE);
            assertArrayEquals(new double[] {Double.NaN}, Rig.read(one, StepShape.NONE));
        }
    }

    static Stream<Arguments> rotations() {
        List<Arguments> all = new ArrayList<>();
        for (boolean interleaved : new boolean[] {false, true}) {
            for (int pairs : new int[] {1, 3, 4, 17}) {
                for (DType from : TYPES) {
                    for (DType to : TYPES) {
                        Variant.all().forEach(v -> all.add(Arguments.of(v, interleaved, pairs, from, to)));
                    }
                }
            }
        }
        return all.stream();
    }

    /** Two products and a sum: 3 u of what is added. */
    @ParameterizedTest
    @MethodSource("rotations")
    void pairsAreRotatedAndTheOtherColumnsPassThrough(
            Variant variant, boolean interleaved, int pairs, DType from, DType to) {
        for (Rig.Lie lie : Rig.Lie.values()) {
            rotate(variant, interleaved, pairs, from, to, lie);
        }
    }

    private static void rotate(Variant variant, boolean interleaved, int pairs, DType from, DType to, Rig.Lie lie) {
        int width = Math.max(8, 2 * pairs + 1);
        int heads = 3;
        try (Rig rig = new Rig(variant.open())) {
            StepShape step = Rig.rows(7);
            Buffer x = rig.random(from, Rig.perRow(heads, width), lie);
            Buffer cos = rig.tensor(DType.F32, Rig.perRow(pairs), lie, i -> Math.cos(i));
            Buffer sin = rig.tensor(DType.F32, Rig.perRow(pairs), lie, i -> Math.sin(i));
            Buffer out = rig.output(to, Rig.perRow(heads, width), lie);
            rig.run(new Rope(interleaved, to), new Rope.In<>(x, cos, sin), List.of(out), step);
            double[] in = Rig.read(x, step);
            double[] c = Rig.read(cos, step);
            double[] s = Rig.read(sin, step);
            double[] expected = in.clone();
            double[] bound = new double[in.length];
            for (int head = 0; head < 7 * heads; head++) {
                for (int pair = 0; pair < pairs; pair++) {
                    int first = head * width + (interleaved ? 2 * pair : pair);
                    int second = head * width + (interleaved ? 2 * pair + 1 : pair + pairs);
                    double cosine = c[head / heads * pairs + pair];
                    double sine = s[head / heads * pairs + pair];
                    expected[first] = in[first] * cosine - in[second] * sine;
                    expected[second] = in[second] * cosine + in[first] * sine;
                    double size = Math.abs(in[first]) + Math.abs(in[second]);
                    bound[first] = 3 * Bounds.U * size;
                    bound[second] = 3 * Bounds.U * size;
                }
            }
            Bounds.assertWithin(expected, Rig.read(out, step), to, i -> bound[i]);
        }
    }

    static Stream<Arguments> activations() {
        List<Arguments> all = new ArrayList<>();
        Activation own = new Activation("softsign", x -> x / (1 + Math.abs(x)), (ops, x) -> x);
        for (Activation activation : List.of(
                Activation.SILU,
                Activation.GELU,
                Activation.GELU_TANH,
                Activation.RELU,
                Activation.RELU_SQUARED,
                own)) {
            for (Variant variant : Variant.all()) {
                TYPES.forEach(type -> TYPES.forEach(to -> all.add(Arguments.of(variant, activation, type, to))));
            }
        }
        return all.stream();
    }

    /**
     * A dozen roundings, and the argument of an exponential, which is off by 4 u of its size at most; GELU's erf is off by 1.5e-7 (Abramowitz and
     * Stegun 7.1.26), times half of x.
     */
    @ParameterizedTest
    @MethodSource("activations")
    void activationsAreCloseToTheirMeaning(Variant variant, Activation activation, DType type, DType to) {
        for (Rig.Lie lie : Rig.Lie.values()) {
            try (Rig rig = new Rig(variant.open())) {
                StepShape step = Rig.rows(40);
                Buffer x = rig.tensor(type, Rig.perRow(23), lie, i -> (i - 450) * 0.031);
                Buffer up = rig.random(type, Rig.perRow(23), lie);
                Buffer activated = rig.output(type, Rig.perRow(23), lie);
                Buffer gated = rig.output(to, Rig.perRow(23), lie);
                rig.run(new Activate(activation), new Activate.In<>(x), List.of(activated), step);
                rig.run(new Gated(activation, to), new Gated.In<>(x, up), List.of(gated), step);
                double[] in = Rig.read(x, step);
                double[] factors = Rig.read(up, step);
                double[] plain = Arrays.stream(in).map(activation.meaning()).toArray();
                double[] both = new double[plain.length];
                Arrays.setAll(both, i -> plain[i] * factors[i]);
                double erf = activation.equals(Activation.GELU) ? 0.75e-7 : 0;
                double[] error = new double[plain.length];
                Arrays.setAll(
                        error,
                        i -> (12 + 4 * exponent(activation, in[i])) * Bounds.U * Math.abs(plain[i])
                                + erf * Math.abs(in[i])
                                + 8 * Bounds.U * erf(activation, in[i])
                                + 1e-16 * Math.abs(in[i])); // the meaning's own
                Bounds.assertWithin(plain, Rig.read(activated, step), type, i -> error[i]);
                Bounds.assertWithin(
                        both,
                        Rig.read(gated, step),
                        to,
                        i -> error[i] * Math.abs(factors[i]) + Bounds.U * Math.abs(both[i]));
            }
        }
    }

    /** The size of the exponential's argument. */
    private static double exponent(Activation activation, double x) {
        if (activation.equals(Activation.GELU_TANH)) {
            return 1.6 * Math.abs(x + 0.044715 * x * x * x);
        }
        return activation.equals(Activation.GELU) ? x * x / 2 : Math.abs(x);
    }

    /** The roundings of erf's polynomial stay where erf itself is nearly one. */
    private static double erf(Activation activation, double x) {
        return activation.equals(Activation.GELU) ? Math.abs(x) : 0;
    }

    @ParameterizedTest
    @MethodSource("variants")
    void activationsKeepToTheirLimits(Variant variant) {
        double[] extremes = {1e4, -1e4, 88, -88, 300, -300};
        for (Activation activation : List.of(Activation.SILU, Activation.GELU, Activation.GELU_TANH)) {
            try (Rig rig = new Rig(variant.open())) {
                Buffer x = rig.tensor(DType.F32, Shape.of(6), i -> extremes[i]);
                Buffer out = rig.output(DType.F32, Shape.of(6));
                rig.run(new Activate(activation), new Activate.In<>(x), List.of(out), StepShape.NONE);
                double[] actual = Rig.read(out, StepShape.NONE);
                for (int i = 0; i < extremes.length; i++) {
                    assertEquals(Math.max(extremes[i], 0), actual[i], 1e-30, activation + " of " + extremes[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void anEmbeddingPicksRowsAndPaddingGivesZeros(Variant variant, DType from, DType to, Rig.Lie lie) {
        try (Rig rig = new Rig(variant.open())) {
            StepShape step = Rig.rows(5);
            Buffer table = rig.random(from, Shape.of(9, 13));
            Buffer ids = rig.integers(Shape.of(Rig.ROWS.dim()), 3, -1, 8, 0, 3);
            Buffer out = rig.output(to, Rig.perRow(13), lie);
            rig.run(new Embedding(to), new Embedding.In<>(table, ids), List.of(out), step);
            double[] rows = Rig.read(table, step);
            double[] expected = new double[5 * 13];
            for (int i = 0; i < expected.length; i++) {
                int id = new int[] {3, -1, 8, 0, 3}[i / 13];
                expected[i] = id < 0 ? 0 : rows[id * 13 + i % 13];
            }
            Bounds.assertWithin(expected, Rig.read(out, step), to, i -> 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Rig.Lie.class)
    void gatherAndScatterMoveRowsByIndex(Rig.Lie lie) {
        for (DType type : List.of(DType.F32, DType.BF16, DType.F16, DType.I32)) {
            try (Rig rig = new Rig(Tier.JAVA.open())) {
                StepShape step = Rig.rows(4);
                int[] picks = {5, -3, 0, 2};
                Buffer source = rig.tensor(type, Shape.of(6, 2, 3), lie, i -> i + 1);
                Buffer index = rig.integers(Shape.of(Rig.ROWS.dim()), picks);
                Buffer gathered = rig.output(type, Rig.perRow(2, 3), lie);
                rig.run(new Gather(), new Gather.In<>(source, index), List.of(gathered), step);
                double[] expected = new double[24];
                Arrays.setAll(expected, i -> picks[i / 6] < 0 ? 0 : picks[i / 6] * 6 + i % 6 + 1);
                assertArrayEquals(expected, Rig.read(gathered, step));

                Buffer target = rig.tensor(type, Shape.of(6, 2, 3), lie, i -> -7);
                Buffer rows = rig.tensor(type, Rig.perRow(2, 3), lie, i -> i);
                rig.run(new Scatter(), new Scatter.In<>(target, rows, index), List.of(), step);
                double[] scattered = new double[36];
                Arrays.fill(scattered, -7);
                for (int i = 0; i < 24; i++) {
                    if (picks[i / 6] >= 0) {
                        scattered[picks[i / 6] * 6 + i % 6] = i;
                    }
                }
                assertArrayEquals(scattered, Rig.read(target, step));
                rig.assertUntouchedAround(target, step);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Rig.Lie.class)
    void aCacheTakesRowsAtTheirSlots(Rig.Lie lie) {
        for (DType type : TYPES) {
            try (Rig rig = new Rig(Tier.JAVA.open())) {
                StepShape step = Rig.rows(5);
                int[] places = {7, -1, 4, 11, -5};
                Buffer pool = rig.tensor(type, Shape.of(3, 2, 4, 5), lie, i -> -3);
                Buffer rows = rig.tensor(type, Rig.perRow(2, 5), lie, i -> i);
                Buffer slots = rig.integers(Shape.of(Rig.ROWS.dim()), places);
                rig.run(new CacheWrite(), new CacheWrite.In<>(pool, rows, slots), List.of(), step);
                double[] expected = new double[3 * 2 * 4 * 5];
                Arrays.fill(expected, -3);
                for (int row = 0; row < 5; row++) {
                    for (int i = 0; i < 10 && places[row] >= 0; i++) {
                        int head = places[row] / 4 * 2 + i / 5;
                        expected[(head * 4 + places[row] % 4) * 5 + i % 5] = row * 10 + i;
                    }
                }
                assertArrayEquals(expected, Rig.read(pool, step));
                rig.assertUntouchedAround(pool, step);
            }
        }
    }
}
