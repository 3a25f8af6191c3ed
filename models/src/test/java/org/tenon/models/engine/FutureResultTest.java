package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;

@Timeout(20)
class FutureResultTest {
    private static Request request(int tokens) {
        return Request.ids(1, 2).sampling(sampling().maxTokens(tokens));
    }

    @Test
    void itHasTheTokensUsageAndReasonThoughNobodyReads() {
        try (TestModel test = TestModel.open(TestModel.limits().buffer(1), TestModel::noise)) {
            Generation generation = test.model().generate(request(30));
            Result result = generation.future().join();
            assertEquals(30, result.usage().outputTokens());
            assertEquals(FinishReason.MAX_TOKENS, result.reason());
            assertEquals(generation.await(), result);
            assertThrows(IllegalStateException.class, generation::iterator);
        }
    }

    @Test
    void itEndsWithTheReaderWhereThereIsOne() {
        try (TestModel test = TestModel.open(TestModel.limits().buffer(1), TestModel::noise)) {
            Generation generation = test.model().generate(request(5));
            var tokens = generation.iterator();
            CompletableFuture<Result> future = generation.future();
            assertTrue(tokens.hasNext());
            assertFalse(future.isDone(), "four tokens are left to read, and there is room for one");
            tokens.forEachRemaining(token -> {});
            assertEquals(5, future.join().tokens().size());
        }
    }

    @Test
    void whatDependsOnItDoesNotRunOnTheModelsThread() {
        try (TestModel test = TestModel.open()) {
            CountDownLatch slow = new CountDownLatch(1);
            test.computation().before(rows -> await(slow));
            CompletableFuture<Integer> second = test.model()
                    .generate(request(3))
                    .future()
                    .thenApply(result ->
                            test.model().generate(request(2)).await().tokens().size());
            slow.countDown();
            assertEquals(2, second.join());
        }
    }

    @Test
    void cancellingItEndsTheSequence() {
        try (TestModel test = TestModel.open()) {
            CountDownLatch slow = new CountDownLatch(1);
            test.computation().before(rows -> await(slow));
            Generation generation = test.model().generate(request(60));
            assertTrue(generation.future().cancel(false));
            slow.countDown();
            assertEquals(FinishReason.CANCELLED, generation.await().reason());
        }
    }

    @Test
    void itFailsWithTheSequence() {
        try (TestModel test = TestModel.open()) {
            CompletableFuture<Result> future = test.model()
                    .generate(Request.ids(1).sampling(sampling().chooser((scores, history) -> -1)))
                    .future();
            assertInstanceOf(
                    GenerationFailed.class,
                    assertThrows(CompletionException.class, future::join).getCause());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            throw new IllegalStateException(interruption);
        }
    }
}
