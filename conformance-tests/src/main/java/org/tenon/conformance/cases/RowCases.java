package org.tenon.conformance.cases;

import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Gather;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Scatter;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** What works on rows: norms, rotations, rows picked and put by index. */
final class RowCases implements CaseSource {
    private static final List<DType> FLOATS = List.of(DType.F32, DType.BF16, DType.F16);
    private static final List<Integer> COUNTS = List.of(0, 1, 2, 13, 37);

    @Override
    public Stream<Case> cases() {
        return Stream.of(norms(), layerNorms(), ropes(), gathers(), scatters(), embeddings(), writes())
                .flatMap(cases -> cases);
    }

    private static Stream<Case> norms() {
        return FLOATS.stream()
                .flatMap(type -> FLOATS.stream()
                        .flatMap(out -> COUNTS.stream()
                                .flatMap(rows -> Stream.of(1, 17, 64, 255, 2049)
                                        .flatMap(width -> Stream.of(Values.PLAIN, Values.WIDE, Values.ZERO)
                                                .flatMap(values -> Stream.of(Lie.values())
                                                        .map(lie -> {
                                                            CaseWriter writer = new CaseWriter(
                                                                            lie,
                                                                            "RmsNorm",
                                                                            type + "-" + out,
                                                                            rows + "x" + width,
                                                                            values)
                                                                    .rows(rows);
                                                            // a small epsilon must be added, not lost: with zeros and
                                                            // tiny numbers it decides
                                                            return writer.of(
                                                                    new RmsNorm(
                                                                            values == Values.PLAIN ? 1e-5 : 1e-3, out),
                                                                    new RmsNorm.In<>(
                                                                            writer.floats(
                                                                                    type,
                                                                                    Shape.of(
                                                                                            CaseWriter.ROWS.dim(),
                                                                                            width),
                                                                                    values),
                                                                            writer.weight(
                                                                                    DType.F32,
                                                                                    Shape.of(width),
                                                                                    Values.PLAIN)));
                                                        }))))));
    }

    private static Stream<Case> layerNorms() {
        return FLOATS.stream()
                .flatMap(type -> FLOATS.stream()
                        .flatMap(out -> COUNTS.stream()
                                .flatMap(rows -> Stream.of(1, 17, 64, 255, 2049)
                                        .flatMap(width -> Stream.of(
                                                        Values.PLAIN, Values.OFFSET, Values.WIDE, Values.ZERO)
                                                .flatMap(values -> Stream.of(Lie.values())
                                                        .map(lie ->
                                                                layerNorm(type, out, rows, width, values, lie)))))));
    }

    /** With a bias, but for the wide values. */
    private static Case layerNorm(DType type, DType out, int rows, int width, Values values, Lie lie) {
        CaseWriter writer = new CaseWriter(lie, "LayerNorm", type + "-" + out, rows + "x" + width, values).rows(rows);
        Given x = writer.floats(type, Shape.of(CaseWriter.ROWS.dim(), width), values);
        Given weight = writer.weight(DType.F32, Shape.of(width), Values.PLAIN);
        Optional<Given> bias = values == Values.WIDE
                ? Optional.empty()
                : Optional.of(writer.weight(DType.F32, Shape.of(width), Values.PLAIN));
        return writer.of(new LayerNorm(values == Values.PLAIN ? 1e-5 : 1e-3, out), new LayerNorm.In<>(x, weight, bias));
    }

    private static Stream<Case> ropes() {
        return Stream.of(true, false)
                .flatMap(interleaved -> FLOATS.stream()
                        .flatMap(type -> COUNTS.stream()
                                .flatMap(rows -> Stream.of(
                                                new int[] {7, 128, 64},
                                                new int[] {4, 96, 24},
                                                new int[] {1, 2, 1},
                                                new int[] {3, 10, 5},
                                                new int[] {2, 64, 32},
                                                new int[] {5, 24, 4})
                                        .flatMap(size -> Stream.of(Lie.values()).map(lie -> {
                                            String sizes =
                                                    rows + "x" + size[0] + "x" + size[1] + ", " + size[2] + " pairs";
                                            CaseWriter writer = new CaseWriter(
                                                            lie,
                                                            "Rope",
                                                            interleaved ? "neighbours" : "halves",
                                                            type,
                                                            sizes)
                                                    .rows(rows);
                                            Shape angles = Shape.of(CaseWriter.ROWS.dim(), size[2]);
                                            return writer.of(
                                                    new Rope(interleaved, type),
                                                    new Rope.In<>(
                                                            writer.floats(
                                                                    type,
                                                                    Shape.of(CaseWriter.ROWS.dim(), size[0], size[1]),
                                                                    Values.PLAIN),
                                                            writer.floats(DType.F32, angles, Values.PLAIN),
                                                            writer.floats(DType.F32, angles, Values.PLAIN)));
                                        })))));
    }

    private static Stream<Case> gathers() {
        return Stream.of(DType.F32, DType.BF16, DType.F16, DType.I32)
                .flatMap(type -> COUNTS.stream()
                        .flatMap(rows -> Stream.of(Lie.values()).map(lie -> {
                            CaseWriter writer = new CaseWriter(lie, "Gather", type, rows + " of 11x19").rows(rows);
                            return writer.of(
                                    new Gather(),
                                    new Gather.In<>(
                                            numbers(writer, type, Shape.of(11, 19)),
                                            writer.integers(
                                                    Shape.of(CaseWriter.ROWS.dim()),
                                                    _ -> writer.random().nextInt(-2, 11))));
                        })));
    }

    private static Given numbers(CaseWriter writer, DType type, Shape shape) {
        return type.floating()
                ? writer.floats(type, shape, Values.SPECIAL)
                : writer.integers(shape, _ -> writer.random().nextInt());
    }

    private static Stream<Case> scatters() {
        return Stream.of(DType.F32, DType.BF16, DType.F16)
                .flatMap(type -> COUNTS.stream()
                        .flatMap(rows -> Stream.of(Lie.values()).map(lie -> {
                            CaseWriter writer = new CaseWriter(lie, "Scatter", type, rows + " of 29x7").rows(rows);
                            return writer.of(
                                    new Scatter(),
                                    new Scatter.In<>(
                                            numbers(writer, type, Shape.of(29, 7)),
                                            numbers(writer, type, Shape.of(CaseWriter.ROWS.dim(), 7)),
                                            writer.integers(Shape.of(CaseWriter.ROWS.dim()), distinct(writer, 29))));
                        })));
    }

    /** Places that are all different, in no order, some of them missing. */
    private static IntUnaryOperator distinct(CaseWriter writer, int places) {
        int step = 1 + 2 * writer.random().nextInt(2); // comes back to its beginning after 13 places at the earliest
        int first = writer.random().nextInt(places);
        return i -> i % 5 == 3 ? -1 : (first + i * step) % places;
    }

    private static Stream<Case> embeddings() {
        return FLOATS.stream()
                .flatMap(table -> FLOATS.stream()
                        .flatMap(out -> COUNTS.stream().map(rows -> {
                            CaseWriter writer = new CaseWriter(
                                            Lie.DENSE, "Embedding", table + "-" + out, rows + " of 31x40")
                                    .rows(rows);
                            return writer.of(
                                    new Embedding(out),
                                    new Embedding.In<>(
                                            writer.weight(table, Shape.of(31, 40), Values.PLAIN),
                                            writer.integers(
                                                    Shape.of(CaseWriter.ROWS.dim()),
                                                    _ -> writer.random().nextInt(-1, 31))));
                        })));
    }

    private static Stream<Case> writes() {
        return FLOATS.stream()
                .flatMap(type -> COUNTS.stream()
                        .flatMap(rows -> Stream.of(1, 2, 4).map(kvHeads -> {
                            CaseWriter writer = new CaseWriter(
                                            Lie.DENSE, "CacheWrite", type, rows + " into 3x" + kvHeads + "x13x10")
                                    .rows(rows);
                            return writer.of(
                                    new CacheWrite(),
                                    new CacheWrite.In<>(
                                            writer.floats(type, Shape.of(3, kvHeads, 13, 10), Values.PLAIN),
                                            writer.floats(
                                                    type, Shape.of(CaseWriter.ROWS.dim(), kvHeads, 10), Values.PLAIN),
                                            writer.integers(Shape.of(CaseWriter.ROWS.dim()), distinct(writer, 39))));
                        })));
    }
}
