package org.tenon.api.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Attention;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Linear;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * Each op that isn't a primitive, opened up on a backend that has nothing else, against its formula in double precision. Tolerances are a few
 * units in the last place of F32 times the number of terms that are summed.
 */
class LoweringTest {
    @Test
    void rmsNormDividesByTheRootMeanSquare() {
        try (Trial trial = Trial.primitive(StepShape.NONE)) {
            float[] x = Trial.random(3 * 7, 1);
            float[] w = Trial.random(7, 2);
            Tensor y = trial.ops().rmsNorm(trial.weight(Shape.of(3, 7), x), trial.weight(Shape.of(7), w), 1e-2);
            trial.finish(y);
            trial.run(StepShape.NONE);
            float[] expected = new float[21];
            for (int row = 0; row < 3; row++) {
                double square = 0;
                for (int i = 0; i < 7; i++) {
                    square += (double) x[row * 7 + i] * x[row * 7 + i];
                }
                for (int i = 0; i < 7; i++) {
                    expected[row * 7 + i] = (float) (x[row * 7 + i] / Math.sqrt(square / 7 + 1e-2) * w[i]);
                }
            }
            assertArrayEquals(expected, trial.read(y, StepShape.NONE), 1e-6f);
        }
    }

    @Test
    void linearPutsItsSegmentsSideBySideAndAddsTheBias() {
        try (Trial trial = Trial.primitive(StepShape.NONE)) {
            float[] x = Trial.random(2 * 5, 1);
            float[] a = Trial.random(3 * 5, 2);
            float[] b = Trial.random(4 * 5, 3);
            float[] bias = Trial.random(7, 4);
            Tensor y = trial.ops()
                    .one(
                            new Linear(DType.F32),
                            new Linear.In<>(
                                    trial.weight(Shape.of(2, 5), x),
                                    List.of(trial.weight(Shape.of(3, 5), a), trial.weight(Shape.of(4, 5), b)),
                                    Optional.of(trial.weight(Shape.of(7), bias))));
            trial.finish(y);
            trial.run(StepShape.NONE);
            float[] expected = new float[14];
            for (int row = 0; row < 2; row++) {
                for (int n = 0; n < 7; n++) {
                    double sum = bias[n];
                    for (int k = 0; k < 5; k++) {
                        sum += (double) x[row * 5 + k] * (n < 3 ? a[n * 5 + k] : b[(n - 3) * 5 + k]);
                    }
                    expected[row * 7 + n] = (float) sum;
                }
            }
            assertArrayEquals(expected, trial.read(y, StepShape.NONE), 5e-6f);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 4, 8", "false, 3, 8", "true, 4, 8", "true, 2, 10", "false, 1, 2"})
    void ropeTurnsPairsAndPassesTheRest(boolean interleaved, int pairs, int headDim) {
        try (Trial trial = Trial.primitive(StepShape.NONE)) {
            int rows = 3;
            int heads = 2;
            float[] x = Trial.random(rows * heads * headDim, 1);
            float[] cos = Trial.random(rows * pairs, 2);
            float[] sin = Trial.random(rows * pairs, 3);
            Tensor y = trial.ops()
                    .one(
                            new Rope(interleaved, DType.F32),
                            new Rope.In<>(
                                    trial.weight(Shape.of(rows, heads, headDim), x),
                                    trial.weight(Shape.of(rows, pairs), cos),
                                    trial.weight(Shape.of(rows, pairs), sin)));
            trial.finish(y);
            trial.run(StepShape.NONE);
            float[] expected = x.clone();
            for (int row = 0; row < rows; row++) {
                for (int head = 0; head < heads; head++) {
                    int at = (row * heads + head) * headDim;
                    for (int p = 0; p < pairs; p++) {
                        int first = at + (interleaved ? 2 * p : p);
                        int second = at + (interleaved ? 2 * p + 1 : p + pairs);
                        double c = cos[row * pairs + p];
                        double s = sin[row * pairs + p];
                        expected[first] = (float) (x[first] * c - x[second] * s);
                        expected[second] = (float) (x[second] * c + x[first] * s);
                    }
                }
            }
            assertArrayEquals(expected, trial.read(y, StepShape.NONE), 2e-6f);
        }
    }

    @Test
    void activationsAgreeWithTheirFormulas() {
        for (Activation activation : List.of(
                Activation.SILU, Activation.GELU, Activation.GELU_TANH, Activation.RELU, Activation.RELU_SQUARED)) {
            try (Trial trial = Trial.primitive(StepShape.NONE)) {
                float[] x = new float[161];
                for (int i = 0; i < x.length; i++) {
                    x[i] = (i - 80) / 10f;
                }
                float[] up = Trial.random(161, 5);
                Tensor gate = trial.weight(Shape.of(161), x);
                Tensor gated = trial.ops()
                        .one(new Gated(activation, DType.F32), new Gated.In<>(gate, trial.weight(Shape.of(161), up)));
                Tensor plain = trial.ops().one(new Activate(activation), new Activate.In<>(gate));
                trial.finish(gated, plain);
                trial.run(StepShape.NONE);
                float[] value = trial.read(plain, StepShape.NONE);
                float[] product = trial.read(gated, StepShape.NONE);
                for (int i = 0; i < x.length; i++) {
                    double meaning = activation.meaning().applyAsDouble(x[i]);
                    // erf by 7.1.26 is off by 1.5e-7 at most, times x/2 <= 4
                    assertEquals(meaning, value[i], 1.5e-6 + 2e-6 * Math.abs(meaning), activation + " at " + x[i]);
                    assertEquals(meaning * up[i], product[i], 6e-6 + 4e-6 * Math.abs(meaning * up[i]));
                }
            }
        }
    }

    @Test
    void embeddingGathersConvertedRowsAndZerosForPadding() {
        try (Trial trial = Trial.primitive(StepShape.NONE)) {
            Tensor table =
                    trial.writer.weight(ArraySource.of("table", DType.BF16, Shape.of(3, 2), 1, 2, 3, 4, -5, 0.5f));
            Tensor y = trial.ops()
                    .one(
                            new Embedding(DType.F32),
                            new Embedding.In<>(table, trial.input("ids", Shape.of(4), 2, -1, 0, 2)));
            trial.finish(y);
            trial.run(StepShape.NONE);
            assertArrayEquals(new float[] {-5, 0.5f, 0, 0, 1, 2, -5, 0.5f}, trial.read(y, StepShape.NONE));
        }
    }

    /** Three sequences, one of them over several blocks, one empty row, keys beyond the lengths full of rubbish. */
    @ParameterizedTest
    @CsvSource({
        "causal, 16, 0, 0",
        "5, 16, 0, 0",
        "1, 16, 0, 0",
        "causal, 128, 0, 0",
        "40, 128, 0, 0",
        "all, 16, 0, 0",
        "causal, 16, 1.5, 0",
        "causal, 16, 0, 9",
        "all, 128, 0, 5",
        "5, 16, 1.5, 1"
    })
    void attentionSeesWhatItShouldThroughBlockTables(String seen, int blockSize, double softCap, int distances) {
        int heads = 4;
        int kvHeads = 2;
        int width = 6;
        int valueWidth = 3;
        int blocks = 8;
        int entries = 3;
        int[] sequence = {0, 0, 1, 2, -1};
        int[] positions = {blockSize, blockSize + 1, 0, 2 * blockSize + 3, 0};
        int[] lengths = {blockSize + 2, 1, 2 * blockSize + 4, 0};
        int[] table = {5, 2, -1, 0, -1, -1, 7, 3, 6, -1, -1, -1};
        Extent rows = new Extent("rows");
        Extent keyCount = new Extent("keys");
        StepShape bounds = new StepShape(Map.of(rows, 5, keyCount, blockSize * entries));
        float[] keys = Trial.random(blocks * kvHeads * blockSize * width, 1);
        float[] values = Trial.random(blocks * kvHeads * blockSize * valueWidth, 2);
        float[] q = Trial.random(5 * heads * width, 3);
        float[] bias = Trial.random(distances * heads, 4);
        Visibility sees = switch (seen) {
            case "causal" -> new Visibility.Causal();
            case "all" -> new Visibility.All();
            default -> new Visibility.Window(Integer.parseInt(seen));
        };
        try (Trial trial = Trial.primitive(bounds)) {
            Tensor y = trial.ops()
                    .one(
                            new Attention(0.4, sees, keyCount, softCap, distances > 0),
                            new Attention.In<>(
                                    trial.weight(Shape.of(5, heads, width), q),
                                    trial.weight(Shape.of(blocks, kvHeads, blockSize, width), keys),
                                    trial.weight(Shape.of(blocks, kvHeads, blockSize, valueWidth), values),
                                    trial.input("table", Shape.of(4, entries), table),
                                    trial.input("bases", Shape.of(4), 0, 0, 0, 0),
                                    trial.input("lengths", Shape.of(4), lengths),
                                    trial.input("sequence", Shape.of(5), sequence),
                                    trial.input("positions", Shape.of(5), positions),
                                    distances > 0
                                            ? Optional.of(trial.weight(Shape.of(distances, heads), bias))
                                            : Optional.empty()));
            trial.finish(y);
            trial.run(bounds);
            float[] found = trial.read(y, bounds);
            for (int row = 0; row < 5; row++) {
                for (int head = 0; head < heads; head++) {
                    double[] expected = new double[valueWidth];
                    double total = 0;
                    for (int key = 0; sequence[row] >= 0 && key < lengths[sequence[row]]; key++) {
                        if (!sees.sees(positions[row], key)) {
                            continue;
                        }
                        int block = table[sequence[row] * entries + key / blockSize];
                        int at = (block * kvHeads + head / 2) * blockSize + key % blockSize;
                        double score = 0;
                        for (int i = 0; i < width; i++) {
                            score += (double) q[(row * heads + head) * width + i] * keys[at * width + i];
                        }
                        score *= 0.4;
                        score = softCap > 0 ? softCap * Math.tanh(score / softCap) : score;
                        int distance = Math.clamp(key - positions[row], -(distances / 2), distances / 2);
                        score += distances > 0 ? bias[(distance + distances / 2) * heads + head] : 0;
                        double weight = Math.exp(score);
                        total += weight;
                        for (int i = 0; i < valueWidth; i++) {
                            expected[i] += weight * values[at * valueWidth + i];
                        }
                    }
                    for (int i = 0; i < valueWidth; i++) {
                        assertEquals(
                                total == 0 ? 0 : expected[i] / total,
                                found[(row * heads + head) * valueWidth + i],
                                1e-5,
                                "row " + row + ", head " + head);
                    }
                }
            }
        }
    }

    @Test
    void cacheWritePutsRowsInTheirSlotsAndSkipsPadding() {
        try (Trial trial = Trial.primitive(StepShape.NONE)) {
            Tensor pool = trial.writer.state("pool", DType.F32, Shape.of(2, 2, 4, 3));
            float[] rows = Trial.random(3 * 2 * 6, 1);
            Tensor wide = trial.weight(Shape.of(3, 2 * 6), rows);
            Tensor view = wide.columns(3, 9).reshape(Shape.of(Dim.of(3), 2, 3)); // not dense
            trial.ops()
                    .emit(
                            new CacheWrite(),
                            new CacheWrite.In<>(pool, view, trial.input("slots", Shape.of(3), 6, -1, 1)));
            trial.finish();
            trial.run(StepShape.NONE);
            float[] expected = new float[2 * 2 * 4 * 3];
            int[] slots = {6, -1, 1};
            for (int row = 0; row < 3; row++) {
                for (int head = 0; head < 2 && slots[row] >= 0; head++) {
                    int at = ((slots[row] / 4 * 2 + head) * 4 + slots[row] % 4) * 3;
                    System.arraycopy(rows, row * 12 + 3 + head * 3, expected, at, 3);
                }
            }
            assertArrayEquals(expected, trial.read(pool, StepShape.NONE));
        }
    }
}
