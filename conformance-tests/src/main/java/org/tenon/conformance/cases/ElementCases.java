package org.tenon.conformance.cases;

import java.util.List;
import java.util.stream.Stream;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** What is computed element by element: one element, none, odd and prime widths, more rows than threads. */
final class ElementCases implements CaseSource {
    private static final List<DType> FLOATS = List.of(DType.F32, DType.BF16, DType.F16);
    private static final List<DType> NUMBERS = List.of(DType.F32, DType.I32);
    private static final List<Activation> ACTIVATIONS =
            List.of(Activation.SILU, Activation.GELU, Activation.GELU_TANH, Activation.RELU, Activation.RELU_SQUARED);

    private record Size(int rows, int width) {
        Shape shape() {
            return Shape.of(CaseWriter.ROWS.dim(), width);
        }

        @Override
        public String toString() {
            return rows + "x" + width;
        }
    }

    private static final List<Size> SIZES = List.of(
            new Size(0, 5),
            new Size(1, 1),
            new Size(3, 17),
            new Size(2, 257),
            new Size(67, 64),
            new Size(1, 1031),
            new Size(5, 32),
            new Size(131, 3));

    @Override
    public Stream<Case> cases() {
        return Stream.of(
                        unary(),
                        copies(),
                        binary(),
                        whole(),
                        meeting(),
                        select(),
                        convert(),
                        wholeConvert(),
                        made(),
                        activations(),
                        rounded())
                .flatMap(cases -> cases);
    }

    private static Stream<Case> unary() {
        return Stream.of(Unary.EXP, Unary.RSQRT, Unary.COS, Unary.SIN, Unary.SIGMOID, Unary.TANH, Unary.SOFTPLUS)
                .flatMap(function -> SIZES.stream()
                        .flatMap(size -> Stream.of(Values.PLAIN, Values.WIDE, Values.SMALL, Values.SPECIAL)
                                .flatMap(values -> Stream.of(Lie.values()).map(lie -> {
                                    CaseWriter writer =
                                            new CaseWriter(lie, "Unary", function, size, values).rows(size.rows());
                                    return writer.of(
                                            new Unary(function),
                                            new Unary.In<>(writer.floats(DType.F32, size.shape(), values)));
                                }))));
    }

    private static Stream<Case> copies() {
        return Stream.of(DType.F32, DType.BF16, DType.F16, DType.I32)
                .flatMap(type -> SIZES.stream()
                        .flatMap(size -> Stream.of(Lie.values()).map(lie -> {
                            CaseWriter writer = new CaseWriter(lie, "Unary", "copy", type, size).rows(size.rows());
                            Given x = type.floating()
                                    ? writer.floats(type, size.shape(), Values.SPECIAL)
                                    : writer.integers(
                                            size.shape(), _ -> writer.random().nextInt());
                            return writer.of(new Unary(Unary.COPY), new Unary.In<>(x));
                        })));
    }

    private static Stream<Case> binary() {
        return Stream.of(
                        Binary.ADD,
                        Binary.SUBTRACT,
                        Binary.MULTIPLY,
                        Binary.DIVIDE,
                        Binary.MAX,
                        Binary.MIN,
                        Binary.LESS,
                        Binary.EQUAL)
                .flatMap(function -> SIZES.stream()
                        .flatMap(size -> Stream.of(Values.PLAIN, Values.WIDE, Values.SPECIAL)
                                .flatMap(values -> Stream.of(Lie.values()).map(lie -> {
                                    CaseWriter writer = new CaseWriter(lie, "Binary", function, DType.F32, size, values)
                                            .rows(size.rows());
                                    return writer.of(
                                            new Binary(function),
                                            new Binary.In<>(
                                                    writer.floats(DType.F32, size.shape(), values),
                                                    writer.floats(DType.F32, size.shape(), values)));
                                }))));
    }

    /** Integers of both signs, zeros among the divisors. */
    private static Stream<Case> whole() {
        return Stream.of(
                        Binary.ADD,
                        Binary.SUBTRACT,
                        Binary.MULTIPLY,
                        Binary.DIVIDE,
                        Binary.MODULO,
                        Binary.MAX,
                        Binary.MIN,
                        Binary.LESS,
                        Binary.EQUAL)
                .flatMap(function -> SIZES.stream().map(size -> {
                    CaseWriter writer =
                            new CaseWriter(Lie.DENSE, "Binary", function, DType.I32, size).rows(size.rows());
                    return writer.of(
                            new Binary(function),
                            new Binary.In<>(
                                    writer.integers(
                                            size.shape(), _ -> writer.random().nextInt(-40, 40)),
                                    writer.integers(
                                            size.shape(), _ -> writer.random().nextInt(-3, 4))));
                }));
    }

    /** Shapes that differ: a row, a column, one number, more dimensions on one side. */
    private static Stream<Case> meeting() {
        Shape rows = Shape.of(CaseWriter.ROWS.dim(), 3, 10);
        return Stream.of(
                        Shape.of(1),
                        Shape.of(10),
                        Shape.of(3, 1),
                        Shape.of(3, 10),
                        Shape.of(CaseWriter.ROWS.dim(), 1, 1),
                        Shape.of(CaseWriter.ROWS.dim(), 3, 1),
                        Shape.of(CaseWriter.ROWS.dim(), 1, 10))
                .flatMap(other -> NUMBERS.stream()
                        .flatMap(type -> Stream.of(true, false).map(left -> {
                            CaseWriter writer = new CaseWriter(
                                            Lie.DENSE, "Binary", "subtract", type, other, left ? "left" : "right")
                                    .rows(5);
                            Given a = number(writer, type, left ? other : rows);
                            Given b = number(writer, type, left ? rows : other);
                            return writer.of(new Binary(Binary.SUBTRACT), new Binary.In<>(a, b));
                        })));
    }

    private static Given number(CaseWriter writer, DType type, Shape shape) {
        return type.floating()
                ? writer.floats(type, shape, Values.PLAIN)
                : writer.integers(shape, _ -> writer.random().nextInt(-99, 99));
    }

    private static Stream<Case> select() {
        return NUMBERS.stream()
                .flatMap(type -> SIZES.stream()
                        .flatMap(size -> Stream.of(Lie.values()).map(lie -> {
                            CaseWriter writer = new CaseWriter(lie, "Select", type, size).rows(size.rows());
                            Given yes = type.floating()
                                    ? writer.floats(type, size.shape(), Values.SPECIAL)
                                    : number(writer, type, size.shape());
                            return writer.of(
                                    new Select(),
                                    new Select.In<>(
                                            writer.integers(
                                                    size.shape(),
                                                    _ -> writer.random().nextInt(-1, 2)),
                                            yes,
                                            number(writer, type, Shape.of(1))));
                        })));
    }

    private static Stream<Case> convert() {
        return FLOATS.stream()
                .flatMap(from -> Stream.of(DType.F32, DType.BF16, DType.F16)
                        .filter(to -> !to.equals(from))
                        .flatMap(to -> SIZES.stream()
                                .flatMap(size -> Stream.of(Values.WIDE, Values.SMALL, Values.SPECIAL)
                                        .flatMap(values -> Stream.of(Lie.values())
                                                .map(lie -> {
                                                    CaseWriter writer = new CaseWriter(
                                                                    lie, "Convert", from + "-" + to, size, values)
                                                            .rows(size.rows());
                                                    return writer.of(
                                                            new Convert(to),
                                                            new Convert.In<>(
                                                                    writer.floats(from, size.shape(), values)));
                                                })))));
    }

    /** Between floats and integers, towards zero. */
    private static Stream<Case> wholeConvert() {
        return SIZES.stream()
                .flatMap(size -> Stream.of(Lie.values()).flatMap(lie -> {
                    CaseWriter down = new CaseWriter(lie, "Convert", "F32-I32", size).rows(size.rows());
                    CaseWriter up = new CaseWriter(Lie.DENSE, "Convert", "I32-F32", size, lie).rows(size.rows());
                    return Stream.of(
                            down.of(
                                    new Convert(DType.I32),
                                    new Convert.In<>(down.floats(DType.F32, size.shape(), Values.WIDE))),
                            up.of(
                                    new Convert(DType.F32),
                                    new Convert.In<>(up.integers(
                                            size.shape(), _ -> up.random().nextInt(-1 << 24, 1 << 24)))));
                }));
    }

    private static Stream<Case> made() {
        return SIZES.stream().flatMap(size -> {
            CaseWriter zeros = new CaseWriter(Lie.COLUMNS, "Fill", "F32", size).rows(size.rows());
            CaseWriter whole = new CaseWriter(Lie.DENSE, "Fill", "I32", size).rows(size.rows());
            CaseWriter counted = new CaseWriter(Lie.DENSE, "Iota", "rows", size).rows(size.rows());
            CaseWriter fixed = new CaseWriter(Lie.DENSE, "Iota", "fixed", size).rows(size.rows());
            return Stream.of(
                    zeros.of(new Fill(-0.1, DType.F32, size.shape()), new Fill.In<>()),
                    whole.of(new Fill(-7, DType.I32, size.shape()), new Fill.In<>()),
                    counted.of(new Iota(CaseWriter.ROWS.dim()), new Iota.In<>()),
                    fixed.of(new Iota(Shape.of(size.width()).dim(0)), new Iota.In<>()));
        });
    }

    private static Stream<Case> activations() {
        return ACTIVATIONS.stream()
                .flatMap(activation -> FLOATS.stream()
                        .flatMap(type -> SIZES.stream()
                                .flatMap(size -> Stream.of(Values.PLAIN, Values.WIDE, Values.ZERO, Values.SMALL)
                                        .flatMap(values -> Stream.of(Lie.values())
                                                .flatMap(lie -> {
                                                    CaseWriter alone = new CaseWriter(
                                                                    lie, "Activate", activation, type, size, values)
                                                            .rows(size.rows());
                                                    CaseWriter gated = new CaseWriter(
                                                                    lie, "Gated", activation, type, size, values)
                                                            .rows(size.rows());
                                                    return Stream.of(
                                                            alone.of(
                                                                    new Activate(activation),
                                                                    new Activate.In<>(
                                                                            alone.floats(type, size.shape(), values))),
                                                            gated.of(
                                                                    new Gated(activation, type),
                                                                    new Gated.In<>(
                                                                            gated.floats(type, size.shape(), values),
                                                                            gated.floats(
                                                                                    type,
                                                                                    size.shape(),
                                                                                    Values.PLAIN))));
                                                })))));
    }

    /** Products that are rounded to another type than that of the gate. */
    private static Stream<Case> rounded() {
        return ACTIVATIONS.stream()
                .flatMap(activation -> FLOATS.stream()
                        .flatMap(type -> FLOATS.stream()
                                .filter(out -> !out.equals(type))
                                .flatMap(out -> SIZES.stream()
                                        .flatMap(size -> Stream.of(Lie.values()).map(lie -> {
                                            CaseWriter writer = new CaseWriter(
                                                            lie, "Gated", activation, type + "-" + out, size)
                                                    .rows(size.rows());
                                            return writer.of(
                                                    new Gated(activation, out),
                                                    new Gated.In<>(
                                                            writer.floats(type, size.shape(), Values.PLAIN),
                                                            writer.floats(type, size.shape(), Values.PLAIN)));
                                        })))));
    }
}
