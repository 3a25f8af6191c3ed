package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** The primitives that treat each element for itself, over shapes that meet, gaps, and step sizes. */
class ElementwiseTest {
    private static final List<Binary.Function> FUNCTIONS = List.of(
            Binary.ADD,
            Binary.SUBTRACT,
            Binary.MULTIPLY,
            Binary.DIVIDE,
            Binary.MODULO,
            Binary.MAX,
            Binary.MIN,
            Binary.LESS,
            Binary.EQUAL,
            new Binary.Function("hypot", false, Math::hypot, (a, b) -> a ^ b));

    /** Pairs of shapes that meet, with the joint shape. */
    static Stream<Arguments> shapes() {
        return Stream.of(
                Arguments.of(Rig.perRow(7), Rig.perRow(7), Rig.perRow(7), 5),
                Arguments.of(Rig.perRow(7), Shape.of(7), Rig.perRow(7), 5),
                Arguments.of(Rig.perRow(7), Shape.of(1), Rig.perRow(7), 0),
                Arguments.of(Rig.perRow(1), Rig.perRow(9), Rig.perRow(9), 3),
                Arguments.of(Shape.of(1), Rig.perRow(3, 2, 5), Rig.perRow(3, 2, 5), 2),
                Arguments.of(Rig.perRow(3, 2, 1), Rig.perRow(3, 2, 5), Rig.perRow(3, 2, 5), 4),
                Arguments.of(Rig.perRow(1, 1, 5), Rig.perRow(3, 2, 5), Rig.perRow(3, 2, 5), 4),
                Arguments.of(Rig.perRow(3, 1, 5), Rig.perRow(1, 2, 5), Rig.perRow(3, 2, 5), 4),
                Arguments.of(Rig.perRow(1), Shape.of(1, 6), Rig.perRow(6), 4),
                Arguments.of(Rig.perRow(1), Rig.perRow(1), Rig.perRow(1), 4),
                Arguments.of(Shape.of(Rig.ROWS.dim()), Shape.of(Rig.ROWS.dim()), Shape.of(Rig.ROWS.dim()), 300),
                Arguments.of(Shape.of(Rig.ROWS.dim()), Shape.of(1), Shape.of(Rig.ROWS.dim()), 0),
                Arguments.of(Rig.perRow(1300), Rig.perRow(1300), Rig.perRow(1300), 3),
                Arguments.of(Shape.of(3, 700), Shape.of(700), Shape.of(3, 700), 0),
                Arguments.of(Shape.of(2, 0), Shape.of(1), Shape.of(2, 0), 0));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void binariesMeetByTheirLastDimensions(Shape a, Shape b, Shape joint, int rows) {
        for (Binary.Function function : FUNCTIONS) {
            for (DType type : List.of(DType.F32, DType.I32)) {
                for (Rig.Lie lie : lies(joint)) {
                    try (Rig rig = new Rig(Tier.JAVA.open(), rows + 2)) {
                        StepShape step = Rig.rows(rows);
                        Buffer left = rig.tensor(type, a, lie(a, lie), i -> (i * 37 % 19 - 9) / divisor(type));
                        Buffer right = rig.tensor(type, b, lie(b, lie), i -> (i * 23 % 7 - 3) / divisor(type));
                        Buffer out = rig.output(function.comparison() ? DType.I32 : type, joint, lie);
                        rig.run(new Binary(function), new Binary.In<>(left, right), List.of(out), step);
                        double[] p = spread(left, joint, step);
                        double[] q = spread(right, joint, step);
                        double[] expected = new double[p.length];
                        Arrays.setAll(
                                expected,
                                i -> type.equals(DType.I32)
                                        ? function.whole().applyAsInt((int) p[i], (int) q[i])
                                        : function.meaning().applyAsDouble(p[i], q[i]));
                        // one operation, rounded once
                        assertClose(expected, Rig.read(out, step), i -> Bounds.U * Math.abs(expected[i]));
                    }
                }
            }
        }
    }

    private static double divisor(DType type) {
        return type.equals(DType.I32) ? 1 : 3;
    }

    /** A vector has no gaps. */
    private static Rig.Lie lie(Shape shape, Rig.Lie lie) {
        return shape.rank() == 1 ? Rig.Lie.DENSE : lie;
    }

    private static List<Rig.Lie> lies(Shape shape) {
        return shape.rank() == 1 ? List.of(Rig.Lie.DENSE) : List.of(Rig.Lie.values());
    }

    private static void assertClose(double[] expected, double[] actual, java.util.function.IntToDoubleFunction error) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            if (Double.isNaN(expected[i]) || Double.isInfinite(expected[i])) {
                assertEquals(expected[i], actual[i], "element " + i);
            } else {
                assertEquals(expected[i], actual[i], error.applyAsDouble(i) + 0x1p-149, "element " + i);
            }
        }
    }

    /** The elements as the joint shape sees them. */
    private static double[] spread(Buffer buffer, Shape joint, StepShape step) {
        double[] own = Rig.read(buffer, step);
        double[] all = new double[Math.toIntExact(joint.elements(step))];
        for (int i = 0; i < all.length; i++) {
            int rest = i;
            int at = 0;
            int scale = 1;
            for (int d = 1; d <= joint.rank(); d++) {
                int size = (int) joint.dim(joint.rank() - d).size(step);
                int index = rest % size;
                rest /= size;
                if (d <= buffer.shape().rank()) {
                    Dim mine = buffer.shape().dim(buffer.shape().rank() - d);
                    at += mine.equals(Dim.of(1)) ? 0 : index * scale;
                    scale *= (int) mine.size(step);
                }
            }
            all[i] = own[at];
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void selectTakesEitherValueAndReadsNothingIntoTheOther(Shape a, Shape b, Shape joint, int rows) {
        for (Rig.Lie lie : lies(joint)) {
            try (Rig rig = new Rig(Tier.JAVA.open(), rows + 2)) {
                StepShape step = Rig.rows(rows);
                Buffer condition = rig.tensor(DType.I32, joint, lie, i -> i % 3 - 1);
                Buffer yes = rig.tensor(DType.F32, a, lie(a, lie), i -> i % 2 == 0 ? Double.NaN : i);
                Buffer no = rig.tensor(DType.F32, b, lie(b, lie), i -> -i);
                Buffer out = rig.output(DType.F32, joint, lie);
                rig.run(new Select(), new Select.In<>(condition, yes, no), List.of(out), step);
                double[] c = Rig.read(condition, step);
                double[] p = spread(yes, joint, step);
                double[] q = spread(no, joint, step);
                double[] expected = new double[c.length];
                Arrays.setAll(expected, i -> c[i] != 0 ? p[i] : q[i]);
                assertArrayEquals(expected, Rig.read(out, step));
            }
        }
    }

    /** exp and sigmoid are within 2 and 4 units of u; the others are rounded once from double precision. */
    @Test
    void unariesAreCloseToTheirMeaning() {
        double[] values = DoubleStream.concat(
                        DoubleStream.of(
                                0, -0.0, 1, -1, 1e-30, 1e-45, 88.7, 88.8, 89, 200, -87, -88, -103.9, -104, -200, 1e9,
                                -1e9),
                        DoubleStream.concat(
                                DoubleStream.of(
                                        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.34657359),
                                DoubleStream.iterate(-90, x -> x < 90, x -> x + 0.0617)))
                .map(x -> (float) x)
                .toArray();
        List<Unary.Function> functions = List.of(
                Unary.EXP,
                Unary.RSQRT,
                Unary.COS,
                Unary.SIN,
                Unary.SIGMOID,
                Unary.TANH,
                new Unary.Function("cube", x -> x * x * x));
        for (Unary.Function function : functions) {
            try (Rig rig = new Rig(Tier.JAVA.open())) {
                Shape shape = Shape.of(values.length);
                Buffer x = rig.tensor(DType.F32, shape, i -> values[i]);
                Buffer out = rig.output(DType.F32, shape);
                rig.run(new Unary(function), new Unary.In<>(x), List.of(out), StepShape.NONE);
                double[] expected = Arrays.stream(values)
                        .map(function.meaning())
                        .map(y -> Math.abs(y) > Float.MAX_VALUE ? Math.signum(y) * Double.POSITIVE_INFINITY : y)
                        .toArray();
                double units = function.equals(Unary.EXP)
                        ? 4
                        : function.equals(Unary.SIGMOID) || function.equals(Unary.TANH) ? 8 : 1;
                double[] actual = Rig.read(out, StepShape.NONE);
                // a sigmoid below the smallest float's inverse may be 0
                double least = function.equals(Unary.SIGMOID) ? 1 / (double) Float.MAX_VALUE : 0x1p-149;
                assertClose(expected, actual, i -> units * Bounds.U * Math.abs(expected[i]) + least);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("conversions")
    void conversionsRoundAsTheCodecDoes(DType from, DType to) {
        double[] values = {
            0, -0.0, 1, 1.00390625, 1.01171875, -2.5, 2.5, 65504, 65520, 3e38, -3e38, 1e-8, 6e-8, 1e-40, 1e20
        };
        for (Rig.Lie lie : Rig.Lie.values()) {
            try (Rig rig = new Rig(Tier.JAVA.open())) {
                StepShape step = Rig.rows(41);
                Buffer x = rig.tensor(
                        from, Rig.perRow(15), lie, i -> clip(from, values[i % values.length] * (1 + i / 15)));
                Buffer out = rig.output(to, Rig.perRow(15), lie);
                rig.run(new Convert(to), new Convert.In<>(x), List.of(out), step);
                double[] given = Rig.read(x, step);
                Buffer expected = rig.tensor(to, Rig.perRow(15), i -> i < given.length ? given[i] : 0);
                assertArrayEquals(Rig.read(expected, step), Rig.read(out, step));
            }
        }
    }

    private static double clip(DType type, double value) {
        return type.equals(DType.I32) ? (int) value : value;
    }

    static Stream<Arguments> conversions() {
        List<DType> types = List.of(DType.F32, DType.BF16, DType.F16, DType.I32);
        List<Arguments> all = new ArrayList<>();
        types.forEach(from -> types.forEach(to -> all.add(Arguments.of(from, to))));
        return all.stream();
    }

    @Test
    void copiesMoveBitsOfEveryType() {
        for (DType type : List.of(DType.F32, DType.BF16, DType.F16, DType.I32)) {
            try (Rig rig = new Rig(Tier.JAVA.open())) {
                StepShape step = Rig.rows(6);
                Buffer x = rig.tensor(type, Rig.perRow(2, 5), Rig.Lie.GAPS, i -> i % 7 == 0 ? Double.NaN : i - 9);
                Buffer out = rig.output(type, Rig.perRow(2, 5));
                rig.run(new Unary(Unary.COPY), new Unary.In<>(x), List.of(out), step);
                assertArrayEquals(Rig.read(x, step), Rig.read(out, step));
            }
        }
    }

    @Test
    void anOutputMayTakeItsOperandsMemory() {
        try (Rig rig = new Rig(Tier.JAVA.open())) {
            StepShape step = StepShape.NONE;
            Buffer a = rig.tensor(DType.F32, Shape.of(200, 33), i -> i);
            Buffer b = rig.tensor(DType.F32, Shape.of(200, 33), i -> 0.5);
            rig.run(new Binary(Binary.MULTIPLY), new Binary.In<>(a, b), List.of(a), step);
            rig.run(new Unary(Unary.SIGMOID), new Unary.In<>(b), List.of(b), step);
            double[] halves = new double[200 * 33];
            Arrays.setAll(halves, i -> i * 0.5);
            assertArrayEquals(halves, Rig.read(a, step));
            assertEquals(1 / (1 + Math.exp(-0.5)), Rig.read(b, step)[6599], 8 * Bounds.U);
        }
    }

    @Test
    void fillAndIotaCountWhatTheStepCounts() {
        try (Rig rig = new Rig(Tier.JAVA.open())) {
            StepShape step = Rig.rows(5);
            Buffer filled = rig.output(DType.F32, Rig.perRow(3), Rig.Lie.GAPS);
            Buffer whole = rig.output(DType.I32, Rig.perRow(3));
            Buffer counted = rig.output(DType.I32, Shape.of(Rig.ROWS.dim()));
            rig.run(new Fill(0.1, DType.F32, Rig.perRow(3)), new Fill.In<>(), List.of(filled), step);
            rig.run(new Fill(-7, DType.I32, Rig.perRow(3)), new Fill.In<>(), List.of(whole), step);
            rig.run(new Iota(Rig.ROWS.dim()), new Iota.In<>(), List.of(counted), step);
            double[] tenths = new double[15];
            double[] sevens = new double[15];
            Arrays.fill(tenths, 0.1f);
            Arrays.fill(sevens, -7);
            assertArrayEquals(tenths, Rig.read(filled, step));
            assertArrayEquals(sevens, Rig.read(whole, step));
            assertArrayEquals(new double[] {0, 1, 2, 3, 4}, Rig.read(counted, step));
        }
    }
}
