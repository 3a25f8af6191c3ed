package org.tenon.backend.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** Products against sums in double precision. The bound for k terms in F32 is k u sum|a b| (Higham 2002, section 3.1). */
class ProductsTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    static Stream<Arguments> sizes() {
        List<Arguments> all = new ArrayList<>();
        for (Tier tier : Tier.present()) {
            for (DType x : TYPES) {
                for (DType w : TYPES) {
                    for (DType y : TYPES) {
                        all.add(Arguments.of(tier, x, w, y, 1, 64, 33));
                        all.add(Arguments.of(tier, x, w, y, 7, 37, 65));
                        all.add(Arguments.of(tier, x, w, y, 70, 96, 160));
                    }
                }
            }
            for (int rows : new int[] {0, 1, 2, 3, 4, 5, 17, 128, 131, 300}) {
                all.add(Arguments.of(tier, DType.F32, DType.F32, DType.F32, rows, 700, 70));
                all.add(Arguments.of(tier, DType.F32, DType.BF16, DType.F32, rows, 1029, 300));
            }
            all.add(Arguments.of(tier, DType.F32, DType.F32, DType.F32, 3, 1, 1));
            all.add(Arguments.of(tier, DType.F32, DType.F32, DType.F32, 9, 1, 1));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void linearIsASumOfProductsWithinItsBound(Tier tier, DType x, DType w, DType y, int rows, int inner, int columns) {
        for (boolean biased : new boolean[] {false, true}) {
            for (Rig.Lie lie : Rig.Lie.values()) {
                try (Rig rig = new Rig(tier.open(), rows + 3)) {
                    StepShape step = Rig.rows(rows);
                    Buffer in = rig.random(x, Rig.perRow(inner), lie);
                    List<Buffer> weights =
                            List.of(rig.random(w, Shape.of(columns, inner)), rig.random(w, Shape.of(5, inner)));
                    Optional<Buffer> bias =
                            biased ? Optional.of(rig.random(DType.F32, Shape.of(columns + 5))) : Optional.empty();
                    Buffer out = rig.output(y, Rig.perRow(columns + 5), lie);
                    rig.run(new Linear(y), new Linear.In<>(in, weights, bias), List.of(out), step);
                    check(in, weights, bias, out, step, inner);
                }
            }
        }
    }

    private static void check(
            Buffer in, List<Buffer> weights, Optional<Buffer> bias, Buffer out, StepShape step, int inner) {
        double[] w = weights.stream()
                .flatMapToDouble(weight -> Arrays.stream(Rig.read(weight, step)))
                .toArray();
        double[] b = bias.map(buffer -> Rig.read(buffer, step)).orElse(new double[w.length / inner]);
        check(Rig.read(in, step), w, b, out, step, inner);
    }

    private static void check(double[] x, double[] w, double[] b, Buffer out, StepShape step, int inner) {
        int rows = x.length / inner;
        int columns = b.length;
        double[] expected = new double[rows * columns];
        double[] bound = new double[expected.length];
        for (int m = 0; m < rows; m++) {
            for (int n = 0; n < columns; n++) {
                double sum = b[n];
                double magnitude = Math.abs(b[n]);
                for (int k = 0; k < inner; k++) {
                    sum += x[m * inner + k] * w[n * inner + k];
                    magnitude += Math.abs(x[m * inner + k] * w[n * inner + k]);
                }
                expected[m * columns + n] = sum;
                bound[m * columns + n] = (inner + 1) * Bounds.U * magnitude;
            }
        }
        Bounds.assertWithin(expected, Rig.read(out, step), out.type(), i -> bound[i]);
    }

    @ParameterizedTest
    @MethodSource("tiersAndRows")
    void hugeNumbersStayWithinTheBoundAndNaNStaysInItsRow(Tier tier, int rows) {
        for (DType w : TYPES) {
            try (Rig rig = new Rig(tier.open(), rows)) {
                StepShape step = Rig.rows(rows);
                int inner = 531;
                Buffer in =
                        rig.tensor(DType.F32, Rig.perRow(inner), i -> i == 5 ? Double.NaN : 1e30 * Math.sin(i * 0.37));
                Buffer weight = rig.tensor(w, Shape.of(70, inner), i -> 6e4 * Math.cos(i * 0.73));
                Buffer out = rig.output(DType.F32, Rig.perRow(70));
                Linear.In<Buffer> operands = new Linear.In<>(in, List.of(weight), Optional.empty());
                rig.run(new Linear(DType.F32), operands, List.of(out), step);
                check(in, List.of(weight), Optional.empty(), out, step, inner);
            }
        }
    }

    static Stream<Arguments> tiersAndRows() {
        return Tier.present().stream().flatMap(tier -> Stream.of(1, 2, 9, 40).map(rows -> Arguments.of(tier, rows)));
    }

    static Stream<Arguments> matrices() {
        List<Arguments> all = new ArrayList<>();
        for (Tier tier : Tier.present()) {
            for (boolean transposed : new boolean[] {false, true}) {
                for (int rows : new int[] {1, 6, 140}) {
                    all.add(Arguments.of(tier, transposed, rows, 33, 70));
                    all.add(Arguments.of(tier, transposed, rows, 260, 300));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("matrices")
    void aMatrixProductTakesTheRightSideEitherWay(Tier tier, boolean transposed, int rows, int inner, int columns) {
        for (Rig.Lie lie : Rig.Lie.values()) {
            try (Rig rig = new Rig(tier.open(), rows + 3)) {
                StepShape step = Rig.rows(rows);
                Buffer a = rig.random(DType.F32, Rig.perRow(inner), lie);
                Buffer b = rig.random(DType.F32, transposed ? Shape.of(columns, inner) : Shape.of(inner, columns), lie);
                Buffer out = rig.output(DType.F32, Rig.perRow(columns), lie);
                rig.run(new MatMul(transposed), new MatMul.In<>(a, b, Optional.empty()), List.of(out), step);
                double[] right = Rig.read(b, step);
                double[] rowsOfB = new double[right.length]; // [columns, inner]
                for (int i = 0; i < right.length; i++) {
                    rowsOfB[i] = transposed ? right[i] : right[i % inner * columns + i / inner];
                }
                check(Rig.read(a, step), rowsOfB, new double[columns], out, step, inner);
            }
        }
    }

    static Stream<Arguments> stacks() {
        return Tier.present().stream()
                .flatMap(tier -> Stream.of(
                        Arguments.of(tier, true, DType.F32, 3, 9, 17),
                        Arguments.of(tier, false, DType.F32, 3, 9, 17),
                        Arguments.of(tier, true, DType.BF16, 1, 64, 64),
                        Arguments.of(tier, false, DType.F16, 2, 5, 1)));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void aStackIsIndexedAndANegativeIndexGivesZeros(Tier tier, boolean transposed, DType type, int m, int k, int n) {
        for (Rig.Lie lie : Rig.Lie.values()) {
            try (Rig rig = new Rig(tier.open())) {
                StepShape step = Rig.rows(3);
                Buffer a = rig.random(DType.F32, Rig.perRow(2, m, k), lie);
                Buffer b = rig.random(type, transposed ? Shape.of(4, n, k) : Shape.of(4, k, n), lie);
                Buffer index =
                        rig.tensor(DType.I32, Rig.perRow(2), lie, i -> i < 6 ? new int[] {3, -1, 0, 0, -7, 2}[i] : -1);
                Buffer out = rig.output(DType.F32, Rig.perRow(2, m, n), lie);
                rig.run(new MatMul(transposed), new MatMul.In<>(a, b, Optional.of(index)), List.of(out), step);
                double[] left = Rig.read(a, step);
                double[] right = Rig.read(b, step);
                double[] picks = Rig.read(index, step);
                double[] expected = new double[6 * m * n];
                double[] bound = new double[expected.length];
                for (int i = 0; i < expected.length; i++) {
                    int column = i % n;
                    int row = i / n;
                    int pick = (int) picks[row / m];
                    for (int j = 0; pick >= 0 && j < k; j++) {
                        double factor = right[pick * n * k + (transposed ? column * k + j : j * n + column)];
                        expected[i] += left[row * k + j] * factor;
                        bound[i] += k * Bounds.U * Math.abs(left[row * k + j] * factor);
                    }
                }
                Bounds.assertWithin(expected, Rig.read(out, step), DType.F32, i -> bound[i]);
            }
        }
    }
}
