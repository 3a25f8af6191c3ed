package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Feature;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * Attention against softmax in double precision. A score of {@code d} products is off by {@code e = (d + 1) u |scale| sum|q k|}; a weight by a factor
 * {@code exp(2 e)} and a few roundings of its own; the mean of {@code n} values by that and the roundings of its sum.
 */
class AttentionsTest {
    /** A step: for each sequence its table, base and length, and for each row its sequence and position. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Step(int blockSize, int[][] tables, int[] bases, int[] lengths, int[] sequence, int[] positions) {
        int blocks() {
            return Stream.of(tables).flatMapToInt(Arrays::stream).max().orElse(0) + 1;
        }

        int entries() {
            return Stream.of(tables).mapToInt(table -> table.length).max().orElse(1);
        }

        StepShape shape() {
            int most = Arrays.stream(lengths).max().orElse(0);
            return new StepShape(
                    Map.of(Rig.ROWS, sequence.length, Rig.SEQUENCES, tables.length, Rig.KEYS, Math.max(1, most)));
        }
    }

    /** What is attended to. */
    record Case(
            String name,
            Step step,
            Visibility sees,
            int heads,
            int kvHeads,
            int keyWidth,
            int valueWidth,
            DType type,
            double cap,
            int distances) {
        Case(
                String name,
                Step step,
                Visibility sees,
                int heads,
                int kvHeads,
                int keyWidth,
                int valueWidth,
                DType type) {
            this(name, step, sees, heads, kvHeads, keyWidth, valueWidth, type, 0, 0);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static int[] range(int from, int count) {
        return IntStream.range(from, from + count).toArray();
    }

    private static int[] all(int value, int count) {
        int[] values = new int[count];
        Arrays.fill(values, value);
        return values;
    }

    private static final Step DECODE =
            new Step(8, new int[][] {{2, 0, 5}}, new int[] {0}, new int[] {19}, new int[] {0}, new int[] {18});

    private static final Step PREFILL =
            new Step(16, new int[][] {{3, 1, 0, 2}}, new int[] {0}, new int[] {50}, all(0, 50), range(0, 50));

    /** Three sequences, the first two of which share a block; padding rows at the end. */
    private static final Step RAGGED = new Step(
            4,
            new int[][] {{6, 1, 2}, {6, 3, -1}, {5, 4, -1}},
            new int[] {0, 0, 0},
            new int[] {9, 7, 5},
            new int[] {0, 0, 0, 1, 2, 2, 2, 2, 2, -1, -1},
            new int[] {6, 7, 8, 6, 0, 1, 2, 3, 4, 0, 77});

    /** A rolling cache: the table begins at a base, and a block of the middle is missing. */
    private static final Step BASED =
            new Step(8, new int[][] {{1, -1, 0, 2}}, new int[] {1000}, new int[] {1030}, all(0, 6), new int[] {
                1003, 1009, 1016, 1023, 1028, 1029
            });

    private static final Step LONG = new Step(
            256, new int[][] {range(0, 20)}, new int[] {0}, new int[] {5000}, all(0, 3), new int[] {4100, 4998, 4999});

    static Stream<Case> cases() {
        Visibility causal = new Visibility.Causal();
        Visibility all = new Visibility.All();
        return Stream.of(
                new Case("decode", DECODE, causal, 4, 4, 16, 16, DType.F32),
                new Case("decode, queries share keys", DECODE, causal, 6, 2, 13, 13, DType.F32),
                new Case("decode, one key head", DECODE, causal, 8, 1, 64, 64, DType.BF16),
                new Case("prefill", PREFILL, causal, 4, 2, 8, 8, DType.F32),
                new Case("prefill, values wider than keys", PREFILL, causal, 2, 2, 3, 7, DType.F32),
                new Case("prefill in F16", PREFILL, causal, 4, 2, 8, 8, DType.F16),
                new Case("prefill, window 1", PREFILL, new Visibility.Window(1), 2, 2, 8, 8, DType.F32),
                new Case("prefill, window within a block", PREFILL, new Visibility.Window(5), 4, 2, 8, 8, DType.F32),
                new Case("prefill, window over blocks", PREFILL, new Visibility.Window(23), 4, 2, 8, 8, DType.F32),
                new Case(
                        "prefill, window that is never full",
                        PREFILL,
                        new Visibility.Window(99),
                        4,
                        2,
                        8,
                        8,
                        DType.F32),
                new Case("prefill, heads of 24, values of 96", PREFILL, causal, 3, 1, 24, 96, DType.F32),
                new Case("prefill, heads of 128", PREFILL, causal, 7, 1, 128, 128, DType.BF16),
                new Case("prefill, heads of 255, one key head", PREFILL, causal, 3, 1, 255, 256, DType.BF16),
                new Case("prefill, more heads than a tile has rows", PREFILL, causal, 80, 1, 8, 8, DType.F32),
                new Case("ragged with shared blocks and padding", RAGGED, causal, 4, 2, 10, 10, DType.F32),
                new Case("ragged, window", RAGGED, new Visibility.Window(3), 4, 2, 10, 10, DType.F32),
                new Case("base and a missing block", BASED, causal, 2, 1, 8, 8, DType.F32),
                new Case("base and a missing block, window", BASED, new Visibility.Window(6), 2, 1, 8, 8, DType.F32),
                new Case("5000 keys", LONG, causal, 4, 2, 32, 32, DType.F32),
                new Case("5000 keys, one key head", LONG, causal, 5, 1, 64, 64, DType.F16),
                new Case("all keys", PREFILL, all, 4, 2, 8, 8, DType.F32),
                new Case("all keys, ragged", RAGGED, all, 4, 2, 10, 10, DType.BF16),
                new Case("all keys, base and a missing block", BASED, all, 2, 1, 8, 8, DType.F16),
                new Case("all of 5000 keys", LONG, all, 4, 2, 32, 32, DType.F32),
                new Case("capped", PREFILL, causal, 6, 2, 13, 13, DType.F32, 0.7, 0),
                new Case(
                        "capped, base and a missing block",
                        BASED,
                        new Visibility.Window(6),
                        2,
                        1,
                        8,
                        8,
                        DType.F32,
                        0.1,
                        0),
                new Case("capped, 5000 keys", LONG, causal, 4, 2, 32, 32, DType.BF16, 50, 0),
                new Case("biased, all at one distance", PREFILL, causal, 4, 2, 8, 8, DType.F32, 0, 1),
                new Case("biased, ragged", RAGGED, causal, 4, 2, 10, 10, DType.F32, 0, 5),
                new Case("biased, all keys", PREFILL, all, 3, 3, 8, 8, DType.BF16, 0, 31),
                new Case("biased, base and a missing block", BASED, all, 2, 1, 8, 8, DType.F32, 0, 201),
                new Case("biased and capped, 5000 keys", LONG, causal, 5, 1, 64, 64, DType.F16, 1, 4097),
                new Case("5000 keys, window of 4096", LONG, new Visibility.Window(4096), 2, 1, 32, 32, DType.BF16));
    }

    static List<Variant> variants() {
        return Variant.all();
    }

    static Stream<Arguments> variantsAndCases() {
        return Variant.all().stream().flatMap(variant -> cases().map(c -> Arguments.of(variant, c)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("variantsAndCases")
    void attentionIsTheMeanOfTheValuesSeen(Variant variant, Case c) {
        for (Rig.Lie lie : Rig.Lie.values()) {
            try (Rig rig = new Rig(variant.open(), 60)) {
                Attention.In<Buffer> in = operands(rig, c, lie, 1);
                double[] actual = run(rig, c, in, lie);
                check(c, in, actual);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void hugeScoresDoNotOverflow(Variant variant) {
        Case c = new Case("huge", PREFILL, new Visibility.Causal(), 2, 1, 8, 8, DType.F32);
        try (Rig rig = new Rig(variant.open(), 60)) {
            Attention.In<Buffer> in = operands(rig, c, Rig.Lie.DENSE, 1e4);
            double[] actual = run(rig, c, in, Rig.Lie.DENSE);
            double[] values = Rig.read(in.values(), c.step().shape());
            double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
            for (double each : actual) { // weights are 0 or 1 but for ties, and a mean is never beyond the values
                assertTrue(Math.abs(each) <= largest * (1 + 1e-5), () -> "a mean of " + each);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void rowsThatSeeNothingGiveZeros(Variant variant) {
        Step empty = new Step(
                4,
                new int[][] {{-1, -1}, {0, 1}, {0, 1}},
                new int[] {0, 0, 4},
                new int[] {6, 0, 8},
                new int[] {0, 1, 2, -1},
                new int[] {5, 0, 3, 0});
        Case c = new Case("empty", empty, new Visibility.Causal(), 2, 1, 4, 4, DType.F32);
        try (Rig rig = new Rig(variant.open(), 60)) {
            double[] actual = run(rig, c, operands(rig, c, Rig.Lie.DENSE, 1), Rig.Lie.DENSE);
            assertArrayEquals(new double[4 * 2 * 4], actual);
        }
    }

    /** The same keys in blocks of 64 and of 7; alone and beside another sequence; whole and row by row. */
    @ParameterizedTest
    @MethodSource("variants")
    void neitherBlocksNorTheRestOfTheStepChangeABit(Variant variant) {
        Step large = new Step(64, new int[][] {{0, 1}}, new int[] {0}, new int[] {100}, all(0, 40), range(60, 40));
        int[] order = range(0, 16);
        Step small = new Step(7, new int[][] {order}, new int[] {0}, new int[] {100}, all(0, 40), range(60, 40));
        Step single = new Step(7, new int[][] {order}, new int[] {0}, new int[] {100}, all(0, 1), range(99, 1));
        double[] contiguous = contiguous(variant, large, 40);
        double[] paged = contiguous(variant, small, 40);
        double[] alone = contiguous(variant, single, 1);
        assertArrayEquals(contiguous, paged);
        assertArrayEquals(Arrays.copyOfRange(contiguous, 39 * 16, 40 * 16), alone);
    }

    /** Keys and values by position and width, whatever the block size. */
    private static double[] contiguous(Variant variant, Step step, int rows) {
        Case c = new Case("", step, new Visibility.Causal(), 2, 1, 8, 8, DType.F32);
        try (Rig rig = new Rig(variant.open(), 60)) {
            Shape pool = Shape.of(step.blocks(), 1, step.blockSize(), 8);
            Buffer keys = rig.tensor(DType.F32, pool, i -> Math.sin(i * 0.7));
            Buffer values = rig.tensor(DType.F32, pool, i -> Math.cos(i * 1.3));
            Buffer q = rig.tensor(DType.F32, Rig.perRow(2, 8), i -> Math.sin(3.1 * (i + (40 - rows) * 16)));
            Attention.In<Buffer> in = operands(rig, c, Rig.Lie.DENSE, 1);
            return run(
                    rig,
                    c,
                    new Attention.In<>(
                            q, keys, values, in.table(), in.bases(), in.lengths(), in.sequence(), in.positions()),
                    Rig.Lie.DENSE);
        }
    }

    /** What lies in the cache beyond a query's sight is never read into its result. */
    @ParameterizedTest
    @MethodSource("variants")
    void keysOutOfSightMayBeNaN(Variant variant) {
        Step step = new Step(4, new int[][] {{0, 1}}, new int[] {0}, new int[] {8}, all(0, 2), new int[] {2, 7});
        Case c = new Case("NaN", step, new Visibility.Causal(), 1, 1, 4, 4, DType.F32);
        try (Rig rig = new Rig(variant.open(), 60)) {
            Attention.In<Buffer> in = operands(rig, c, Rig.Lie.DENSE, 1);
            Buffer keys = rig.tensor(DType.F32, in.keys().shape(), i -> i >= 3 * 4 ? Double.NaN : 0.5);
            Buffer values = rig.tensor(DType.F32, in.keys().shape(), i -> i >= 3 * 4 ? Double.NaN : 0.25);
            double[] actual = run(
                    rig,
                    c,
                    new Attention.In<>(
                            in.q(), keys, values, in.table(), in.bases(), in.lengths(), in.sequence(), in.positions()),
                    Rig.Lie.DENSE);
            for (int i = 0; i < 4; i++) {
                assertEquals(0.25, actual[i], 0.25 * 8 * Bounds.U);
                assertEquals(Double.NaN, actual[4 + i]);
            }
        }
    }

    @Test
    void aVisibilityThatItHasNeverHeardOfIsUnsupported() {
        Visibility everything = new Visibility() {
            @Override
            public Set<Feature> features() {
                return Set.of(new Feature("EVERYTHING"));
            }

            @Override
            public boolean sees(long query, long key) {
                return true;
            }

            @Override
            public Tensor lower(Ops ops, Tensor query, Tensor key) {
                throw new UnsupportedOperationException();
            }
        };
        Case c = new Case("", DECODE, everything, 1, 1, 4, 4, DType.F32);
        try (Rig rig = new Rig(Tier.JAVA.open(), 60)) {
            Attention.In<Buffer> in = operands(rig, c, Rig.Lie.DENSE, 1);
            Buffer out = rig.output(DType.F32, Rig.perRow(1, 4));
            assertInstanceOf(
                    Lookup.Unsupported.class, rig.find(new Attention(1, everything, Rig.KEYS), in, List.of(out)));
        }
    }

    private static Attention.In<Buffer> operands(Rig rig, Case c, Rig.Lie lie, double magnitude) {
        Step step = c.step();
        Shape pool = Shape.of(step.blocks(), c.kvHeads(), step.blockSize(), c.keyWidth());
        SplittableRandom random = new SplittableRandom(7);
        int entries = step.entries();
        return new Attention.In<>(
                rig.tensor(
                        c.type(), Rig.perRow(c.heads(), c.keyWidth()), lie, i -> magnitude * random.nextDouble(-1, 1)),
                rig.tensor(c.type(), pool, lie, i -> magnitude * random.nextDouble(-1, 1)),
                rig.random(c.type(), pool.withWidth(c.valueWidth()), lie),
                rig.tensor(DType.I32, Shape.of(Rig.SEQUENCES.dim(), entries), lie, i -> {
                    boolean there =
                            i / entries < step.tables().length && i % entries < step.tables()[i / entries].length;
                    return there ? step.tables()[i / entries][i % entries] : -1;
                }),
                rig.integers(Shape.of(Rig.SEQUENCES.dim()), step.bases()),
                rig.integers(Shape.of(Rig.SEQUENCES.dim()), step.lengths()),
                rig.integers(Shape.of(Rig.ROWS.dim()), step.sequence()),
                rig.integers(Shape.of(Rig.ROWS.dim()), step.positions()),
                c.distances() > 0
                        ? Optional.of(rig.random(DType.F32, Shape.of(c.distances(), c.heads()), lie))
                        : Optional.empty());
    }

    private static double[] run(Rig rig, Case c, Attention.In<Buffer> in, Rig.Lie lie) {
        Buffer out = rig.output(c.type(), Rig.perRow(c.heads(), c.valueWidth()), lie);
        rig.run(
                new Attention(scale(c), c.sees(), Rig.KEYS, c.cap(), c.distances() > 0),
                in,
                List.of(out),
                c.step().shape());
        return Rig.read(out, c.step().shape());
    }

    private static double scale(Case c) {
        return 1 / Math.sqrt(c.keyWidth());
    }

    private static void check(Case c, Attention.In<Buffer> in, double[] actual) {
        Step step = c.step();
        double[] q = Rig.read(in.q(), step.shape());
        double[] keys = Rig.read(in.keys(), step.shape());
        double[] values = Rig.read(in.values(), step.shape());
        double[] bias = in.bias().map(table -> Rig.read(table, step.shape())).orElse(new double[0]);
        double[] expected = new double[actual.length];
        double[] bound = new double[actual.length];
        int kw = c.keyWidth();
        int vw = c.valueWidth();
        for (int row = 0; row < step.sequence().length; row++) {
            int owner = step.sequence()[row];
            for (int head = 0; owner >= 0 && head < c.heads(); head++) {
                int at = row * c.heads() + head;
                double total = 0;
                double largest = Double.NEGATIVE_INFINITY;
                double scoreError = 0;
                int count = 0;
                for (int pass = 0; pass < 2; pass++) {
                    for (int key = step.bases()[owner]; key < step.lengths()[owner]; key++) {
                        int offset = key - step.bases()[owner];
                        int block = step.tables()[owner][offset / step.blockSize()];
                        if (block < 0 || !c.sees().sees(step.positions()[row], key)) {
                            continue;
                        }
                        int place = (block * c.kvHeads() + head / (c.heads() / c.kvHeads())) * step.blockSize()
                                + offset % step.blockSize();
                        double score = 0;
                        double magnitude = 0;
                        for (int d = 0; d < kw; d++) {
                            score += scale(c) * q[at * kw + d] * keys[place * kw + d];
                            magnitude += scale(c) * Math.abs(q[at * kw + d] * keys[place * kw + d]);
                        }
                        double error = (kw + 2) * Bounds.U * magnitude;
                        if (c.cap() > 0) { // a quotient, a function within 4 units of 2u each, and a product
                            score = c.cap() * Math.tanh(score / c.cap());
                            error += 12 * Bounds.U * Math.abs(score);
                        }
                        if (c.distances() > 0) {
                            int farthest = c.distances() / 2;
                            int distance = Math.clamp(key - step.positions()[row], -farthest, farthest);
                            score += bias[(distance + farthest) * c.heads() + head];
                            error += Bounds.U * Math.abs(score);
                        }
                        scoreError = Math.max(scoreError, error);
                        if (pass == 0) {
                            largest = Math.max(largest, score);
                            count++;
                            continue;
                        }
                        double weight = Math.exp(score - largest);
                        total += weight;
                        for (int d = 0; d < vw; d++) {
                            expected[at * vw + d] += weight * values[place * vw + d];
                            bound[at * vw + d] += weight * Math.abs(values[place * vw + d]);
                        }
                    }
                }
                for (int d = 0; d < vw && total > 0; d++) {
                    // exp is within 2 units of 2u each; a difference of scores of up to 2 largest is rounded once
                    double weightError = Math.expm1(2 * scoreError + (8 + 4 * Math.abs(largest)) * Bounds.U);
                    double relative = 2 * weightError + (2 * count + 8) * Bounds.U;
                    expected[at * vw + d] /= total;
                    bound[at * vw + d] *= relative / total;
                }
            }
        }
        Bounds.assertWithin(expected, actual, c.type(), i -> bound[i]);
    }
}
