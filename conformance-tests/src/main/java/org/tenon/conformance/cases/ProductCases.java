package org.tenon.conformance.cases;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Reduce;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** Sums of products: decode (one row), prefill, inner sizes that no vector divides, sizes of 0, matrices picked by index. */
final class ProductCases implements CaseSource {
    private record Size(int rows, int inner, int columns) {
        @Override
        public String toString() {
            return rows + "x" + inner + "x" + columns;
        }
    }

    private static final List<Size> SIZES = List.of(
            new Size(0, 8, 8),
            new Size(1, 1, 1),
            new Size(1, 64, 129),
            new Size(1, 515, 67),
            new Size(2, 31, 33),
            new Size(5, 128, 96),
            new Size(8, 96, 40),
            new Size(17, 100, 19),
            new Size(65, 67, 71),
            new Size(130, 33, 20),
            new Size(1, 2048, 24),
            new Size(3, 7, 5),
            new Size(4, 256, 64),
            new Size(16, 48, 48),
            new Size(31, 63, 127));

    private static final List<Types> TYPES = List.of(
            new Types(DType.F32, DType.F32, DType.F32),
            new Types(DType.F32, DType.BF16, DType.F32),
            new Types(DType.F32, DType.F16, DType.F32),
            new Types(DType.BF16, DType.BF16, DType.BF16),
            new Types(DType.BF16, DType.BF16, DType.F32),
            new Types(DType.F16, DType.F16, DType.F16),
            new Types(DType.F16, DType.F16, DType.F32),
            new Types(DType.BF16, DType.F32, DType.BF16),
            new Types(DType.F16, DType.F32, DType.F16),
            new Types(DType.BF16, DType.F16, DType.BF16),
            new Types(DType.F16, DType.BF16, DType.F16),
            new Types(DType.F32, DType.F32, DType.BF16),
            new Types(DType.F32, DType.BF16, DType.BF16));

    @Override
    public Stream<Case> cases() {
        return Stream.of(linear(), stacked(), special(), plain(), indexed(), reduce())
                .flatMap(cases -> cases);
    }

    private static Shape rows(int width) {
        return Shape.of(CaseWriter.ROWS.dim(), width);
    }

    private static Stream<Case> linear() {
        return TYPES.stream()
                .flatMap(types -> SIZES.stream()
                        .flatMap(size -> Stream.of(Values.PLAIN, Values.WIDE)
                                .flatMap(values -> Stream.of(Lie.values()).map(lie -> {
                                    CaseWriter writer =
                                            new CaseWriter(lie, "Linear", types, size, values).rows(size.rows());
                                    return writer.of(
                                            new Linear(types.out()),
                                            new Linear.In<>(
                                                    writer.floats(types.x(), rows(size.inner()), values),
                                                    List.of(writer.weight(
                                                            types.weight(),
                                                            Shape.of(size.columns(), size.inner()),
                                                            values)),
                                                    Optional.empty()));
                                }))));
    }

    /** Several matrices at once, of unequal heights and types, with a bias. */
    private static Stream<Case> stacked() {
        return TYPES.stream()
                .flatMap(types -> Stream.of(1, 3, 19)
                        .flatMap(count -> Stream.of(Lie.values()).map(lie -> {
                            CaseWriter writer =
                                    new CaseWriter(lie, "Linear", types, count + "x72x(40+1+23)", "bias").rows(count);
                            return writer.of(
                                    new Linear(types.out()),
                                    new Linear.In<>(
                                            writer.floats(types.x(), rows(72), Values.PLAIN),
                                            List.of(
                                                    writer.weight(types.weight(), Shape.of(40, 72), Values.PLAIN),
                                                    writer.weight(DType.F32, Shape.of(1, 72), Values.PLAIN),
                                                    writer.weight(types.weight(), Shape.of(23, 72), Values.PLAIN)),
                                            Optional.of(writer.weight(DType.F32, Shape.of(64), Values.PLAIN))));
                        })));
    }

    /** What isn't finite in a row stays in that row. */
    private static Stream<Case> special() {
        return TYPES.stream()
                .flatMap(types -> Stream.of(1, 9, 40).map(count -> {
                    CaseWriter writer =
                            new CaseWriter(Lie.DENSE, "Linear", types, count + "x24x31", "special").rows(count);
                    return writer.of(
                            new Linear(types.out()),
                            new Linear.In<>(
                                    writer.floats(types.x(), rows(24), Values.SPECIAL),
                                    List.of(writer.weight(types.weight(), Shape.of(31, 24), Values.PLAIN)),
                                    Optional.empty()));
                }));
    }

    private static Stream<Case> plain() {
        return Stream.of(true, false)
                .flatMap(transposed -> SIZES.stream()
                        .flatMap(size -> Stream.of(Lie.values()).map(lie -> {
                            CaseWriter writer =
                                    new CaseWriter(lie, "MatMul", transposed ? "abT" : "ab", size).rows(size.rows());
                            Shape b = transposed
                                    ? Shape.of(size.columns(), size.inner())
                                    : Shape.of(size.inner(), size.columns());
                            return writer.of(
                                    new MatMul(transposed),
                                    new MatMul.In<>(
                                            writer.floats(DType.F32, rows(size.inner()), Values.PLAIN),
                                            writer.floats(DType.F32, b, Values.PLAIN),
                                            Optional.empty()));
                        })));
    }

    private static Stream<Case> indexed() {
        return Stream.of(true, false)
                .flatMap(transposed -> Stream.of(0, 1, 7)
                        .flatMap(count -> Stream.of(1, 4).map(m -> {
                            CaseWriter writer = new CaseWriter(
                                            Lie.DENSE,
                                            "MatMul",
                                            transposed ? "abT" : "ab",
                                            count + "x3x" + m + "x20x9",
                                            "index")
                                    .rows(count);
                            Shape b = transposed ? Shape.of(5, 9, 20) : Shape.of(5, 20, 9);
                            return writer.of(
                                    new MatMul(transposed),
                                    new MatMul.In<>(
                                            writer.floats(
                                                    DType.F32, Shape.of(CaseWriter.ROWS.dim(), 3, m, 20), Values.PLAIN),
                                            writer.floats(DType.F32, b, Values.PLAIN),
                                            Optional.of(writer.integers(
                                                    rows(3),
                                                    _ -> writer.random().nextInt(-1, 5)))));
                        })));
    }

    private static Stream<Case> reduce() {
        return Stream.of(Reduce.SUM, Reduce.MAX)
                .flatMap(function -> Stream.of(0, 1, 2, 17, 64, 100, 1001)
                        .flatMap(width -> Stream.of(Values.PLAIN, Values.WIDE, Values.SMALL, Values.SPECIAL)
                                .flatMap(values -> Stream.of(Lie.values()).map(lie -> {
                                    CaseWriter writer =
                                            new CaseWriter(lie, "Reduce", function, "5x" + width, values).rows(5);
                                    return writer.of(
                                            new Reduce(function),
                                            new Reduce.In<>(writer.floats(DType.F32, rows(width), values)));
                                }))));
    }
}
