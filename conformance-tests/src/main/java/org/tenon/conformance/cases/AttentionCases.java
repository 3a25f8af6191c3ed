package org.tenon.conformance.cases;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** Attention over blocks that lie in no order: decode, prefill, both at once, shared blocks, missing blocks, bases, windows, no key at all. */
final class AttentionCases implements CaseSource {
    private static final List<DType> FLOATS = List.of(DType.F32, DType.BF16, DType.F16);
    private static final int MISSING = -1;

    /**
     * A sequence of a step.
     *
     * @param base the position of its table's first key
     * @param length the position after its last key
     * @param rows how many of its last positions are in the step
     */
    record Sequence(int base, int length, int rows) {}

    /**
     * The sequences of a step, and the padding rows behind them.
     *
     * @param holes whether a block of the first sequence is missing
     * @param shared whether the sequences share their first block
     * @param ownRows whether the blocks are the rows of the step itself, in order
     */
    record Step(
            String name,
            int blockSize,
            int padding,
            boolean holes,
            boolean shared,
            boolean ownRows,
            List<Sequence> sequences) {
        int rows() {
            return padding + sequences.stream().mapToInt(Sequence::rows).sum();
        }

        int entries() {
            return Math.max(1, sequences.stream().mapToInt(this::blocks).max().orElse(1));
        }

        int blocks(Sequence sequence) {
            return (sequence.length() - sequence.base() + blockSize - 1) / blockSize;
        }

        int keys() {
            return Math.max(
                    1,
                    sequences.stream()
                            .mapToInt(sequence -> sequence.length() - sequence.base())
                            .max()
                            .orElse(1));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Step step(String name, int blockSize, int padding, Sequence... sequences) {
        return new Step(name + ", blocks of " + blockSize, blockSize, padding, false, false, false, List.of(sequences));
    }

    private static Step whole(String name, int padding, Sequence... sequences) {
        return new Step(name + ", keys of the step", 1, padding, false, false, true, List.of(sequences));
    }

    private static final List<Step> STEPS = List.of(
            step("decode", 16, 0, new Sequence(0, 50, 1)),
            step("first token", 16, 0, new Sequence(0, 1, 1)),
            step("prefill", 16, 0, new Sequence(0, 37, 37)),
            step("prefill", 64, 0, new Sequence(0, 70, 70)),
            step("chunk", 32, 0, new Sequence(0, 100, 13)),
            step("one large block", 256, 0, new Sequence(0, 131, 3)),
            step("ragged", 8, 2, new Sequence(0, 9, 9), new Sequence(0, 30, 1), new Sequence(0, 21, 5)),
            step("no rows", 16, 0, new Sequence(0, 5, 0)),
            step("padding alone", 16, 3, new Sequence(0, 0, 0)),
            step("rolling", 8, 1, new Sequence(1000, 1030, 6), new Sequence(64, 80, 1)),
            new Step("a missing block, blocks of 8", 8, 0, true, false, false, List.of(new Sequence(0, 30, 30))),
            new Step(
                    "a shared block, blocks of 4",
                    4,
                    0,
                    false,
                    true,
                    false,
                    List.of(new Sequence(0, 9, 2), new Sequence(0, 7, 1))));

    record Heads(int heads, int kvHeads, int keyWidth, int valueWidth) {
        @Override
        public String toString() {
            return heads + " on " + kvHeads + " heads of " + keyWidth
                    + (valueWidth == keyWidth ? "" : " and " + valueWidth);
        }
    }

    private static final List<Heads> HEADS =
            List.of(new Heads(1, 1, 8, 8), new Heads(4, 2, 10, 10), new Heads(6, 1, 64, 64), new Heads(3, 3, 24, 13));

    private static final Visibility CAUSAL = new Visibility.Causal();
    private static final Visibility ALL = new Visibility.All();

    /**
     * What is done to scores before the softmax.
     *
     * @param larger what they are multiplied by beside the usual scale: 200 for scores in the hundreds
     * @param cap what they are capped at; 0 for none
     * @param distances rows of the table of biases; 0 for none
     */
    record Scores(double larger, double cap, int distances) {
        static final Scores PLAIN = new Scores(1, 0, 0);

        @Override
        public String toString() {
            return "scores x" + larger + (cap > 0 ? " capped at " + cap : "")
                    + (distances > 0 ? " biased by " + distances + " distances" : "");
        }
    }

    @Override
    public Stream<Case> cases() {
        Stream<Case> plain = STEPS.stream()
                .flatMap(step -> HEADS.stream()
                        .flatMap(heads -> FLOATS.stream()
                                .flatMap(type -> Stream.of(Lie.values())
                                        .map(lie -> attention(step, heads, CAUSAL, type, lie, Scores.PLAIN)))));
        Stream<Case> windows = STEPS.stream()
                .flatMap(step -> Stream.of(1, 5, 23, 999)
                        .flatMap(size -> FLOATS.stream()
                                .map(type -> attention(
                                        step,
                                        HEADS.get(1),
                                        new Visibility.Window(size),
                                        type,
                                        Lie.DENSE,
                                        Scores.PLAIN))));
        // scores in the hundreds: a softmax that doesn't subtract the largest overflows
        Stream<Case> large = STEPS.stream()
                .map(step -> attention(step, HEADS.get(2), CAUSAL, DType.F32, Lie.DENSE, new Scores(200, 0, 0)));
        Stream<Case> wide = Stream.of(128, 256)
                .flatMap(width -> FLOATS.stream()
                        .map(type -> attention(
                                STEPS.get(4), new Heads(2, 1, width, width), CAUSAL, type, Lie.DENSE, Scores.PLAIN)));
        Stream<Case> many = FLOATS.stream()
                .map(type -> attention(
                        step("5000 keys", 64, 0, new Sequence(0, 5000, 2)),
                        new Heads(4, 2, 16, 16),
                        CAUSAL,
                        type,
                        Lie.DENSE,
                        Scores.PLAIN));
        return Stream.of(plain, windows, large, wide, many, all(), capped(), biased(), inStep())
                .flatMap(cases -> cases);
    }

    /** Encoders, whose queries see what comes after them, and decoders that look at an encoder's output. */
    private static Stream<Case> all() {
        return STEPS.stream()
                .flatMap(step -> Stream.of(HEADS.get(1), HEADS.get(2))
                        .flatMap(heads -> FLOATS.stream()
                                .flatMap(type -> Stream.of(Lie.values())
                                        .map(lie -> attention(step, heads, ALL, type, lie, Scores.PLAIN)))));
    }

    /** Caps far above the scores, within their range, and far below it; behind a window the cap of a key out of sight must not count. */
    private static Stream<Case> capped() {
        Stream<Case> caps = STEPS.stream()
                .flatMap(step -> Stream.of(new Scores(1, 50, 0), new Scores(4, 2, 0), new Scores(200, 3, 0))
                        .flatMap(scores -> FLOATS.stream()
                                .map(type -> attention(step, HEADS.get(1), CAUSAL, type, Lie.DENSE, scores))));
        Stream<Case> windows = STEPS.stream()
                .map(step -> attention(
                        step, HEADS.get(2), new Visibility.Window(5), DType.F32, Lie.COLUMNS, new Scores(1, 1, 0)));
        return Stream.concat(caps, windows);
    }

    /** Tables of biases shorter than a sequence and longer, under all that a query can see; once with a cap too. */
    private static Stream<Case> biased() {
        Stream<Case> tables = STEPS.stream()
                .flatMap(step -> Stream.of(1, 9, 257)
                        .flatMap(distances -> Stream.of(CAUSAL, ALL, new Visibility.Window(5))
                                .flatMap(sees -> FLOATS.stream()
                                        .map(type -> attention(
                                                step,
                                                HEADS.get(1),
                                                sees,
                                                type,
                                                Lie.DENSE,
                                                new Scores(1, 0, distances))))));
        Stream<Case> gaps = STEPS.stream()
                .map(step -> attention(step, HEADS.get(3), CAUSAL, DType.F32, Lie.COLUMNS, new Scores(1, 0, 33)));
        Stream<Case> both = STEPS.stream()
                .map(step -> attention(step, HEADS.get(2), ALL, DType.F32, Lie.DENSE, new Scores(1, 2, 9)));
        return Stream.of(tables, gaps, both).flatMap(cases -> cases);
    }

    /** Over the rows of the step itself, which are the blocks of the pool, one key each: encoders keep nothing. */
    private static Stream<Case> inStep() {
        List<Step> steps = List.of(
                whole("sequences", 2, new Sequence(0, 9, 9), new Sequence(0, 1, 1), new Sequence(0, 70, 70)),
                whole("a long sequence", 0, new Sequence(0, 140, 140)),
                whole("one token", 0, new Sequence(0, 1, 1)),
                whole("padding alone", 3, new Sequence(0, 0, 0)));
        return steps.stream()
                .flatMap(step -> Stream.of(HEADS.get(1), HEADS.get(2))
                        .flatMap(heads -> FLOATS.stream()
                                .flatMap(type -> Stream.of(Lie.values())
                                        .map(lie -> attention(step, heads, ALL, type, lie, Scores.PLAIN)))));
    }

    static Case attention(Step step, Heads heads, Visibility sees, DType type, Lie lie, Scores scores) {
        CaseWriter writer = new CaseWriter(lie, "Attention", type, step, heads, sees, scores)
                .rows(step.rows())
                .sequences(step.sequences().size(), step.keys());
        int blocks = step.sequences().stream().mapToInt(step::blocks).sum() + 1;
        List<List<Integer>> tables =
                tables(step, blocks, new Random(writer.random().nextLong()));
        List<Integer> sequence = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < step.sequences().size(); i++) {
            Sequence each = step.sequences().get(i);
            for (int row = each.rows(); row > 0; row--) {
                sequence.add(i);
                positions.add(each.length() - row);
            }
        }
        IntStream.range(0, step.padding()).forEach(i -> {
            sequence.add(-1);
            positions.add(i);
        });
        Shape perSequence = Shape.of(CaseWriter.SEQUENCES.dim());
        Shape perRow = Shape.of(CaseWriter.ROWS.dim());
        double scale = scores.larger() / Math.sqrt(heads.keyWidth());
        int entries = step.entries();
        return writer.of(
                new Attention(scale, sees, CaseWriter.KEYS, scores.cap(), scores.distances() > 0),
                new Attention.In<>(
                        writer.floats(
                                type, Shape.of(CaseWriter.ROWS.dim(), heads.heads(), heads.keyWidth()), Values.PLAIN),
                        pool(writer, type, step, blocks, heads.kvHeads(), heads.keyWidth()),
                        pool(writer, type, step, blocks, heads.kvHeads(), heads.valueWidth()),
                        writer.integers(
                                Shape.of(CaseWriter.SEQUENCES.dim(), entries),
                                i -> tables.get(i / entries).get(i % entries)),
                        writer.integers(
                                perSequence, i -> step.sequences().get(i).base()),
                        writer.integers(
                                perSequence, i -> step.sequences().get(i).length()),
                        writer.integers(perRow, sequence::get),
                        writer.integers(perRow, positions::get),
                        scores.distances() > 0
                                ? Optional.of(writer.floats(
                                        DType.F32, Shape.of(scores.distances(), heads.heads()), Values.PLAIN))
                                : Optional.empty()));
    }

    private static Given pool(CaseWriter writer, DType type, Step step, int blocks, int kvHeads, int width) {
        return step.ownRows()
                ? writer.floats(type, Shape.of(CaseWriter.ROWS.dim(), kvHeads, 1, width), Values.PLAIN)
                : writer.weight(type, Shape.of(blocks, kvHeads, step.blockSize(), width), Values.PLAIN);
    }

    /** Blocks in no order; the tables of shorter sequences end with missing ones. */
    private static List<List<Integer>> tables(Step step, int blocks, Random random) {
        List<Integer> free = new ArrayList<>(IntStream.range(0, blocks).boxed().toList());
        if (!step.ownRows()) {
            Collections.shuffle(free, random);
        }
        List<List<Integer>> tables = new ArrayList<>();
        for (Sequence sequence : step.sequences()) {
            List<Integer> table = new ArrayList<>();
            for (int i = 0; i < step.entries(); i++) {
                table.add(i < step.blocks(sequence) ? free.removeFirst() : MISSING);
            }
            tables.add(table);
        }
        if (step.holes()) {
            tables.getFirst().set(1, MISSING);
        }
        if (step.shared()) {
            tables.getLast().set(0, tables.getFirst().getFirst());
        }
        return tables;
    }
}
