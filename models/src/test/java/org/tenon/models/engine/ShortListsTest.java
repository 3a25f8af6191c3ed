package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Request;
import org.tenon.api.model.Sampling;

/** An engine reads the best of a row where they are enough, the row where they aren't, and gives the same tokens. */
class ShortListsTest {
    private static final int BEST = 32;
    private static final int TOKENS = 20;
    private static final long SEED = 9;

    private static TestModel open(Function<int[], float[]> logits) {
        Blocks.Group group = new Blocks.Group(Integer.MAX_VALUE, 12, 4);
        FakeComputation computation = new FakeComputation(logits, TestModel.BLOCK, group).looking(BEST);
        return TestModel.open(TestModel.limits(), computation, Optional.of(new Bytes()));
    }

    private static Stream<Sampling> settings() {
        return Stream.of(
                sampling().greedy(),
                sampling().topK(5),
                sampling().temperature(0.4).topK(20).topP(0.9),
                sampling().minP(0.6),
                sampling().temperature(0.3).minP(0.01),
                sampling().temperature(0.8),
                sampling().topP(0.5),
                sampling().topK(20).repetitionPenalty(1.3),
                sampling().greedy().logitBias(Map.of(7, 2.0)));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void tokensAreThoseOfWholeRowsWhateverIsRead(Sampling settings) {
        try (TestModel test = open(TestModel::noise)) {
            List<Generation> generations = Stream.of(1, 2, 3)
                    .map(number -> test.model()
                            .generate(Request.ids(TestModel.prompt(5 * number, number))
                                    .sampling(settings.seed(SEED).maxTokens(TOKENS))))
                    .toList();
            for (int i = 0; i < generations.size(); i++) {
                assertArrayEquals(
                        TestModel.alone(TestModel.prompt(5 * (i + 1), i + 1), TOKENS, settings, SEED),
                        generations.get(i).await().ids());
            }
        }
    }

    @Test
    void aGreedyTokenTakesOneOfTheBestAndNoRow() {
        try (TestModel test = open(TestModel::noise)) {
            test.model().generate("ab", sampling().greedy().maxTokens(TOKENS)).await();
            assertEquals(0, test.computation().rowsRead());
            assertEquals(TOKENS, test.computation().bestRead());
        }
    }

    @Test
    void anotherInTheBatchThatNeedsRowsChangesNothing() {
        try (TestModel test = open(TestModel::noise)) {
            Generation rows = test.model()
                    .generate("abc", sampling().greedy().logProbabilities(2).maxTokens(TOKENS));
            Generation best = test.model().generate("ab", sampling().greedy().maxTokens(TOKENS));
            rows.await();
            best.await();
            assertEquals(TOKENS, test.computation().rowsRead());
            assertTrue(test.computation().bestRead() <= 2 * TOKENS); // of all rows of a step at once
        }
    }

    @Test
    void rowsAreReadWhereTheListLeavesItOpen() {
        Function<int[], float[]> same = ids -> new float[TestModel.VOCABULARY];
        try (TestModel test = open(same)) {
            test.model().generate("ab", sampling().topK(5).maxTokens(TOKENS)).await();
            assertEquals(TOKENS, test.computation().rowsRead());
            assertEquals(TOKENS * BEST, test.computation().bestRead());
        }
    }

    @Test
    void beamsReadRows() {
        try (TestModel test = open(TestModel::noise)) {
            test.model()
                    .search(Request.ids(1, 2).sampling(sampling().maxTokens(3)), BeamSearch.of(2))
                    .join();
            assertTrue(test.computation().rowsRead() >= 5);
            assertEquals(0, test.computation().bestRead());
        }
    }

    @Test
    void logitsThatAreNoNumbersAreTheSameError() {
        Function<int[], float[]> broken = ids -> {
            float[] row = TestModel.noise(ids);
            row[200] = Float.NaN;
            return row;
        };
        Function<int[], float[]> nothing = ids -> {
            float[] row = new float[TestModel.VOCABULARY];
            Arrays.fill(row, Float.NEGATIVE_INFINITY);
            return row;
        };
        for (Function<int[], float[]> logits : List.of(broken, nothing)) {
            for (Sampling settings : List.of(sampling().greedy(), sampling().topK(4))) {
                try (TestModel with = open(logits);
                        TestModel without = TestModel.open(TestModel.limits(), logits)) {
                    assertEquals(failure(without, settings), failure(with, settings));
                }
            }
        }
    }

    private static String failure(TestModel test, Sampling settings) {
        Generation generation = test.model().generate("ab", settings.maxTokens(2));
        return assertThrows(GenerationFailed.class, generation::await).getMessage();
    }
}
