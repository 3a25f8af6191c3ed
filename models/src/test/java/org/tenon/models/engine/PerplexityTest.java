package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.InvalidRequest;
import org.tenon.models.evaluation.Perplexity;
import org.tenon.models.sampling.LogProbabilities;

@Timeout(20)
class PerplexityTest {
    /** Sums of up to a hundred logarithms of about 6, in F64. */
    private static final double ROUNDING = 100 * Math.ulp(600.0);

    /** The sum by the definition: token i from those before it, as far back as the first window, then the overlapping ones reach. */
    private static double expected(int[] ids, int window) {
        double sum = 0;
        for (int i = 1; i < ids.length; i++) {
            int from = 0;
            while (from + window <= i) {
                from += window / 2;
            }
            sum += LogProbabilities.of(TestModel.noise(Arrays.copyOfRange(ids, from, i)), ids[i]);
        }
        return sum;
    }

    @Test
    void aShortTextIsScoredWholeInChunks() {
        int[] ids = TestModel.prompt(50, 3);
        try (TestModel test = TestModel.open()) {
            Perplexity score = Perplexity.of(test.model(), ids, 64, (done, total) -> {});
            assertEquals(expected(ids, 64), score.logLikelihood(), ROUNDING);
            assertEquals(49, score.tokens());
            assertEquals(50, score.window());
            assertEquals(-score.logLikelihood() / 49, score.loss());
            assertEquals(Math.exp(score.loss()), score.value());
        }
    }

    @Test
    void aLongTextIsScoredInWindowsThatOverlapByHalf() {
        try (TestModel test = TestModel.open()) {
            for (int length : new int[] {63, 64, 65, 96, 97, 100}) {
                int[] ids = TestModel.prompt(length, length);
                List<Integer> progress = new ArrayList<>();
                for (int window : new int[] {2, 3, 7, 20, 64}) {
                    Perplexity score = Perplexity.of(test.model(), ids, window, (done, total) -> progress.add(done));
                    assertEquals(expected(ids, window), score.logLikelihood(), ROUNDING, length + " in " + window);
                    assertEquals(length - 1, score.tokens());
                    assertEquals(length - 1, progress.getLast());
                }
            }
        }
    }

    @Test
    void textsBeginAsTheModelWantsThemTo() {
        try (TestModel test = TestModel.open()) {
            int[] ids = {Bytes.BOS, 'o', 'n', 'c', 'e'};
            assertEquals(expected(ids, 64), Perplexity.of(test.model(), "once").logLikelihood(), ROUNDING);
        }
    }

    @Test
    void whatCannotBeScoredIsRefused() {
        try (TestModel test = TestModel.open()) {
            assertThrows(InvalidRequest.class, () -> Perplexity.of(test.model(), ""));
            int[] ids = {1, 2, 3};
            assertThrows(InvalidRequest.class, () -> Perplexity.of(test.model(), ids, 65, (done, total) -> {}));
            assertThrows(InvalidRequest.class, () -> Perplexity.of(test.model(), ids, 1, (done, total) -> {}));
            assertThrows(
                    InvalidRequest.class,
                    () -> Perplexity.of(test.model(), new int[] {1, 999, 2}, 64, (done, total) -> {}));
            assertEquals(
                    2, Perplexity.of(test.model(), ids, 64, (done, total) -> {}).tokens(), "and the model goes on");
        }
    }
}
