package org.tenon.conformance.cases;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Route;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** Mixtures of experts: ties, padding, experts that nobody goes to and one that all go to. */
final class ExpertCases implements CaseSource {
    private record Choice(int rows, int experts, int chosen) {
        @Override
        public String toString() {
            return rows + " to " + chosen + " of " + experts;
        }
    }

    private static final List<Choice> CHOICES = List.of(
            new Choice(0, 8, 2),
            new Choice(1, 8, 2),
            new Choice(13, 8, 2),
            new Choice(37, 5, 1),
            new Choice(4, 1, 1),
            new Choice(7, 64, 6),
            new Choice(3, 9, 9),
            new Choice(5, 130, 8));

    private record Size(int rows, int hidden, int inner, int experts, int chosen) {
        @Override
        public String toString() {
            return rows + "x" + hidden + "x" + inner + " to " + chosen + " of " + experts;
        }
    }

    private static final List<Size> SIZES = List.of(
            new Size(0, 16, 24, 4, 2),
            new Size(1, 64, 96, 8, 2),
            new Size(1, 515, 67, 3, 1),
            new Size(2, 31, 33, 4, 3),
            new Size(5, 40, 72, 8, 2),
            new Size(19, 24, 20, 5, 2),
            new Size(70, 33, 47, 4, 2),
            new Size(3, 8, 7, 1, 1));

    private static final List<Types> TYPES = List.of(
            new Types(DType.F32, DType.F32, DType.F32),
            new Types(DType.F32, DType.BF16, DType.F32),
            new Types(DType.F32, DType.F16, DType.F32),
            new Types(DType.BF16, DType.BF16, DType.F32),
            new Types(DType.BF16, DType.BF16, DType.BF16),
            new Types(DType.F16, DType.F16, DType.F32),
            new Types(DType.F16, DType.F16, DType.F16),
            new Types(DType.BF16, DType.F32, DType.F32));

    private static final int NONE = -1;

    @Override
    public Stream<Case> cases() {
        return Stream.of(routes(), ties(), experts(), crowds(), large(), mixed())
                .flatMap(cases -> cases);
    }

    private static Stream<Case> routes() {
        return Stream.of(false, true)
                .flatMap(renormalised -> CHOICES.stream()
                        .flatMap(choice -> Stream.of(Values.PLAIN, Values.WIDE, Values.ZERO, Values.SPECIAL)
                                .flatMap(values -> Stream.of(Lie.values()).map(lie -> {
                                    CaseWriter writer = writer(lie, renormalised, choice, values);
                                    return route(
                                            writer,
                                            renormalised,
                                            choice,
                                            writer.floats(DType.F32, logits(choice), values));
                                }))));
    }

    /** Logits of three values alone. */
    private static Stream<Case> ties() {
        return Stream.of(false, true)
                .flatMap(renormalised -> CHOICES.stream().map(choice -> {
                    CaseWriter writer = writer(Lie.DENSE, renormalised, choice, "ties");
                    double[] logits = writer.random()
                            .ints((long) choice.rows() * choice.experts(), -1, 2)
                            .asDoubleStream()
                            .toArray();
                    return route(writer, renormalised, choice, new Given(DType.F32, logits(choice), Lie.DENSE, logits));
                }));
    }

    private static CaseWriter writer(Lie lie, boolean renormalised, Choice choice, Object values) {
        return new CaseWriter(lie, "Route", renormalised ? "of the chosen" : "of all", choice, values)
                .rows(choice.rows());
    }

    private static Shape logits(Choice choice) {
        return Shape.of(CaseWriter.ROWS.dim(), choice.experts());
    }

    /** The last of every four rows is padding. */
    private static Case route(CaseWriter writer, boolean renormalised, Choice choice, Given logits) {
        return writer.of(
                new Route(choice.chosen(), renormalised),
                new Route.In<>(
                        logits,
                        writer.integers(Shape.of(CaseWriter.ROWS.dim()), row -> row % 4 == 3 ? NONE : row % 3)));
    }

    private static Stream<Case> experts() {
        return TYPES.stream()
                .flatMap(types -> SIZES.stream()
                        .flatMap(size -> Stream.of(Activation.SILU, Activation.GELU, Activation.RELU_SQUARED)
                                .filter(activation -> inRange(types, activation))
                                .flatMap(activation -> Stream.of(Lie.values()).map(lie -> {
                                    CaseWriter writer =
                                            new CaseWriter(lie, "Experts", types, size, activation).rows(size.rows());
                                    int offset = writer.random().nextInt(size.experts());
                                    return experts(
                                            writer,
                                            activation,
                                            types,
                                            size,
                                            i -> spread(size, offset, i / size.chosen(), i % size.chosen()));
                                }))));
    }

    /** Squares of sums of hundreds of products are beyond what F16 holds. */
    private static boolean inRange(Types types, Activation activation) {
        return !types.x().equals(DType.F16) || !activation.equals(Activation.RELU_SQUARED);
    }

    /** Distinct experts for each row, by turns; nothing for every fifth row. */
    private static int spread(Size size, int offset, int row, int choice) {
        return row % 5 == 4 ? NONE : (row * row + offset + choice) % size.experts();
    }

    /** All rows to the same experts; or to the last one alone, of whose rows the others are rid. */
    private static Stream<Case> crowds() {
        return TYPES.stream()
                .flatMap(types -> SIZES.stream()
                        .flatMap(size -> Stream.of("the same", "the last").map(where -> {
                            CaseWriter writer = new CaseWriter(Lie.DENSE, "Experts", types, size, "all to " + where)
                                    .rows(size.rows());
                            int last = size.experts() - 1;
                            IntUnaryOperator ids = where.equals("the same")
                                    ? i -> last - i % size.chosen()
                                    : i -> i % size.chosen() == 0 ? last : NONE;
                            return experts(writer, Activation.SILU, types, size, ids);
                        })));
    }

    private static Case experts(
            CaseWriter writer, Activation activation, Types types, Size size, IntUnaryOperator ids) {
        Shape choices = Shape.of(CaseWriter.ROWS.dim(), size.chosen());
        return writer.of(
                new Experts(activation, types.out()),
                new Experts.In<>(
                        writer.floats(types.x(), Shape.of(CaseWriter.ROWS.dim(), size.hidden()), Values.PLAIN),
                        writer.integers(choices, ids),
                        writer.weight(DType.F32, choices, Values.PLAIN),
                        writer.weight(
                                types.weight(), Shape.of(size.experts(), size.inner(), size.hidden()), Values.PLAIN),
                        writer.weight(
                                types.weight(), Shape.of(size.experts(), size.inner(), size.hidden()), Values.PLAIN),
                        writer.weight(
                                types.weight(), Shape.of(size.experts(), size.hidden(), size.inner()), Values.PLAIN)));
    }

    /** Where what is between the products would take more memory than an op that is opened up may. */
    private static Stream<Case> large() {
        Size size = new Size(600, 4, 10_000, 2, 1);
        CaseWriter writer = new CaseWriter(Lie.DENSE, "Experts", TYPES.getFirst(), size).rows(size.rows());
        return Stream.of(experts(writer, Activation.SILU, TYPES.getFirst(), size, i -> i % 3 - 1));
    }

    /** Each bundle of a type of its own. */
    private static Stream<Case> mixed() {
        return Stream.of(1, 11).map(rows -> {
            CaseWriter writer = new CaseWriter(Lie.DENSE, "Experts", "F32-BF16+F32+F16-F32", rows + " rows").rows(rows);
            Shape choices = Shape.of(CaseWriter.ROWS.dim(), 2);
            return writer.of(
                    new Experts(Activation.SILU, DType.F32),
                    new Experts.In<>(
                            writer.floats(DType.F32, Shape.of(CaseWriter.ROWS.dim(), 40), Values.PLAIN),
                            writer.integers(choices, i -> i % 3),
                            writer.weight(DType.F32, choices, Values.PLAIN),
                            writer.weight(DType.BF16, Shape.of(3, 24, 40), Values.PLAIN),
                            writer.weight(DType.F32, Shape.of(3, 24, 40), Values.PLAIN),
                            writer.weight(DType.F16, Shape.of(3, 40, 24), Values.PLAIN)));
        });
    }
}
