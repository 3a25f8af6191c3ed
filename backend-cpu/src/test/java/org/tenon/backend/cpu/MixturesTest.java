package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Route;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** Experts in each variant of the C kernels and in Java; what they compute in all forms is the conformance suite's. */
class MixturesTest {
    private static final int EXPERTS = 6;
    private static final int CHOSEN = 2;

    /** A mixture on a rig: weights of all experts but those named are NaN, which nobody may read. */
    private static double[] run(
            Rig rig, DType type, int hidden, int inner, int rows, IntUnaryOperator ids, List<Integer> there, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Buffer x = rig.tensor(type, Rig.perRow(hidden), i -> new SplittableRandom(i % hidden).nextDouble(-1, 1));
        Buffer weights = rig.tensor(DType.F32, Rig.perRow(CHOSEN), i -> 0.25 + i % CHOSEN);
        List<Buffer> bundles = new ArrayList<>();
        for (Shape shape : List.of(
                Shape.of(EXPERTS, inner, hidden), Shape.of(EXPERTS, inner, hidden), Shape.of(EXPERTS, hidden, inner))) {
            bundles.add(rig.tensor(
                    type,
                    shape,
                    i -> random.nextDouble(-1, 1) + (there.contains(i / (inner * hidden)) ? 0 : Double.NaN)));
        }
        Buffer out = rig.output(DType.F32, Rig.perRow(hidden));
        rig.run(
                new Experts(Activation.SILU, DType.F32),
                new Experts.In<>(
                        x,
                        rig.tensor(DType.I32, Rig.perRow(CHOSEN), ids::applyAsInt),
                        weights,
                        bundles.get(0),
                        bundles.get(1),
                        bundles.get(2)),
                List.of(out),
                Rig.rows(rows));
        return Rig.read(out, Rig.rows(rows));
    }

    static Stream<Arguments> variants() {
        return Variant.all().stream()
                .flatMap(variant -> Stream.of(DType.F32, DType.BF16, DType.F16)
                        .flatMap(
                                type -> IntStream.of(1, 2, 9, 40).mapToObj(rows -> Arguments.of(variant, type, rows))));
    }

    /** All rows are equal, so that they differ by the order of sums alone: by 70 roundings of F32, and where a rounding to F16 or BF16 tips over by one of those. */
    @ParameterizedTest
    @MethodSource("variants")
    void onlyTheExpertsThatRowsGoToAreRead(Variant variant, DType type, int rows) {
        int hidden = 37;
        int inner = 70;
        try (Rig rig = new Rig(variant.open(), rows + 3)) {
            double[] values = run(rig, type, hidden, inner, rows, i -> i % CHOSEN == 0 ? 4 : 1, List.of(1, 4), 5);
            for (double value : values) {
                assertTrue(Double.isFinite(value), "a weight of another expert was read");
            }
            for (int row = 1; row < rows; row++) {
                for (int i = 0; i < hidden; i++) { // all rows are equal
                    assertEquals(values[i], values[row * hidden + i], 1e-4 * (1 + Math.abs(values[i])));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void rowsOfNoExpertGiveZeros(Variant variant, DType type, int rows) {
        try (Rig rig = new Rig(variant.open(), rows + 3)) {
            assertArrayEquals(new double[rows * 8], run(rig, type, 8, 12, rows, _ -> -1, List.of(), 5));
        }
    }

    private static double[] row(Backend backend, DType type, int rows, int place) {
        int hidden = 130;
        try (Rig rig = new Rig(backend, rows)) {
            double[] all = run(
                    rig,
                    type,
                    hidden,
                    517,
                    rows,
                    i -> i / CHOSEN == place ? 3 + i % CHOSEN : (i / CHOSEN + i % CHOSEN) % EXPERTS,
                    IntStream.range(0, EXPERTS).boxed().toList(),
                    7);
            return Arrays.copyOfRange(all, place * hidden, (place + 1) * hidden);
        }
    }

    @Test
    void aRowIsTheSameBitsAloneAndAmongOthersWhereBatchInvarianceIsAskedFor() {
        for (Tier tier : Tier.present()) {
            for (DType type : List.of(DType.F32, DType.BF16)) {
                double[] alone = row(tier.open(1, Reproducibility.BATCH_INVARIANT), type, 1, 0);
                for (int[] place : new int[][] {{2, 1}, {8, 7}, {9, 4}, {65, 33}, {301, 300}}) {
                    assertArrayEquals(
                            alone,
                            row(tier.open(2, Reproducibility.BATCH_INVARIANT), type, place[0], place[1]),
                            tier + ", " + type + ", place " + place[1] + " of " + place[0]);
                }
            }
        }
    }

    @Test
    void aRouterTakesTheFirstOfEqualLogitsAndSendsPaddingNowhere() {
        StepShape step = Rig.rows(3);
        for (Tier tier : Tier.present()) {
            try (Rig rig = new Rig(tier.open())) {
                float[] logits = {1, 3, 3, 2, 3, 0, 0, 0, 9, 9, 9, 9};
                Buffer ids = rig.output(DType.I32, Rig.perRow(2));
                Buffer weights = rig.output(DType.F32, Rig.perRow(2));
                rig.run(
                        new Route(2, true),
                        new Route.In<>(
                                rig.tensor(DType.F32, Rig.perRow(4), i -> i < logits.length ? logits[i] : 0),
                                rig.integers(Rig.perRow(), 0, 1, -1)),
                        List.of(ids, weights),
                        step);
                assertArrayEquals(new double[] {1, 2, 0, 1, -1, -1}, Rig.read(ids, step));
                double less = 1 / (1 + Math.exp(3));
                assertArrayEquals(new double[] {0.5, 0.5, 1 - less, less, 0, 0}, Rig.read(weights, step), 1e-6);
            }
        }
    }
}
