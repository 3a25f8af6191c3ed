package org.tenon.conformance.cases;

import java.util.List;
import java.util.stream.Stream;
import org.tenon.api.op.TopK;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** The largest of rows: one and all of a row, rows as wide as vocabularies, ties, rows that fall, rise, or are the same everywhere. */
final class TopKCases implements CaseSource {
    private record Choice(int rows, int k, int width) {
        @Override
        public String toString() {
            return rows + " rows, " + k + " of " + width;
        }
    }

    private static final List<Choice> CHOICES = List.of(
            new Choice(0, 2, 8),
            new Choice(1, 1, 1),
            new Choice(13, 2, 8),
            new Choice(5, 9, 9),
            new Choice(37, 1, 131),
            new Choice(3, 20, 257),
            new Choice(4, 64, 1000));

    /** As wide as vocabularies are. */
    private static final List<Choice> WIDE =
            List.of(new Choice(1, 1, 32_000), new Choice(2, 64, 40_000), new Choice(3, 256, 2500));

    /** Opened up, it takes more memory than an op may at a time. */
    private static final Choice LARGE = new Choice(20, 1, 131_073);

    @Override
    public Stream<Case> cases() {
        return Stream.of(valued(), wide(), Stream.of(drawn(Lie.DENSE, LARGE, Values.PLAIN)), ties(), slopes())
                .flatMap(cases -> cases);
    }

    private static Stream<Case> valued() {
        return CHOICES.stream()
                .flatMap(choice -> Stream.of(Values.PLAIN, Values.WIDE, Values.ZERO, Values.SMALL, Values.SPECIAL)
                        .flatMap(values -> Stream.of(Lie.values()).map(lie -> drawn(lie, choice, values))));
    }

    private static Stream<Case> wide() {
        return WIDE.stream()
                .flatMap(choice ->
                        Stream.of(Values.PLAIN, Values.SPECIAL).map(values -> drawn(Lie.DENSE, choice, values)));
    }

    private static Case drawn(Lie lie, Choice choice, Values values) {
        CaseWriter writer = writer(lie, choice, values);
        return of(writer, choice, writer.floats(DType.F32, logits(choice), values));
    }

    /** Logits of three values alone. */
    private static Stream<Case> ties() {
        return CHOICES.stream().map(choice -> {
            CaseWriter writer = writer(Lie.DENSE, choice, "ties");
            double[] logits = writer.random()
                    .ints((long) choice.rows() * choice.width(), -1, 2)
                    .asDoubleStream()
                    .toArray();
            return of(writer, choice, new Given(DType.F32, logits(choice), Lie.DENSE, logits));
        });
    }

    /** The best come last, or first; or all are the same, the lowest that there is or NaN. */
    private static Stream<Case> slopes() {
        return Stream.of("rising", "falling", "the lowest", "nothing but NaN")
                .flatMap(what -> CHOICES.stream().map(choice -> {
                    CaseWriter writer = writer(Lie.DENSE, choice, what);
                    double[] logits = new double[choice.rows() * choice.width()];
                    for (int i = 0; i < logits.length; i++) {
                        logits[i] = switch (what) {
                            case "rising" -> i % choice.width();
                            case "falling" -> -i % choice.width();
                            case "the lowest" -> Double.NEGATIVE_INFINITY;
                            default -> Double.NaN;
                        };
                    }
                    return of(writer, choice, new Given(DType.F32, logits(choice), Lie.DENSE, logits));
                }));
    }

    private static CaseWriter writer(Lie lie, Choice choice, Object values) {
        return new CaseWriter(lie, "TopK", choice, values).rows(choice.rows());
    }

    private static Shape logits(Choice choice) {
        return Shape.of(CaseWriter.ROWS.dim(), choice.width());
    }

    private static Case of(CaseWriter writer, Choice choice, Given logits) {
        return writer.of(new TopK(choice.k()), new TopK.In<>(logits));
    }
}
