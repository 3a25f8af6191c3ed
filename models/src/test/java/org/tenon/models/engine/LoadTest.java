package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Overloaded;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Stepper;
import org.tenon.api.model.Token;

/** Many callers of every kind at once. */
@Timeout(60)
class LoadTest {
    private static final int BLOCKS = 13; // far fewer than the sequences want

    private static int[] prompt(int number) {
        int[] shared = TestModel.prompt(17, 0);
        int[] own = TestModel.prompt(1 + number % 20, number);
        int[] prompt = Arrays.copyOf(shared, 17 + own.length);
        System.arraycopy(own, 0, prompt, 17, own.length);
        return prompt;
    }

    private static Request request(int number, int tokens) {
        return Request.ids(prompt(number)).sampling(sampling().maxTokens(tokens));
    }

    private static int[] alone(int number, int tokens) {
        return TestModel.alone(prompt(number), tokens, sampling().greedy(), 0);
    }

    @Test
    void twoHundredRequestsEndAsTheyShould() throws Exception {
        FakeComputation computation =
                new FakeComputation(TestModel::noise, 8, new Blocks.Group(Integer.MAX_VALUE, BLOCKS, 8));
        Blocks blocks = computation.blocks();
        Limits limits = TestModel.limits().sequences(8).buffer(4);
        AtomicReference<Thread> engine = new AtomicReference<>();
        AtomicInteger ended = new AtomicInteger();
        try (TestModel test = TestModel.open(limits, computation, blocks, Optional.empty(), new DeviceThread("load"))) {
            test.model().listen(new ModelListener() {
                @Override
                public void stepped(StepReport step) {
                    engine.set(Thread.currentThread());
                }

                @Override
                public void finished(Result result) {
                    ended.incrementAndGet();
                }
            });
            ConcurrentLinkedQueue<Generation> unread = new ConcurrentLinkedQueue<>();
            List<Future<?>> callers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 200; i++) {
                    int number = i;
                    callers.add(threads.submit(() -> call(test, number, unread)));
                }
                for (Future<?> caller : callers) {
                    caller.get();
                }
            }
            assertEquals(20, unread.size());
            for (Generation generation : unread) {
                generation.close();
                assertEquals(FinishReason.CANCELLED, generation.await().reason());
            }
            try (Stepper stepper = test.model().stepper()) {
                assertEquals(0, stepper.step(List.of()).length);
                assertEquals(BLOCKS, blocks.available(0), "all blocks have come back");
            }
            assertEquals(200, ended.get());
        }
        engine.get().join();
    }

    /** A third is cancelled, some have deadlines, some are never read; whoever reads to the end gets what it would get alone. */
    private static void call(TestModel test, int number, ConcurrentLinkedQueue<Generation> unread) {
        switch (number % 10) {
            case 0, 1, 2 -> {
                try (Generation generation = test.model().generate(request(number, 20))) {
                    if (number % 20 < 10) {
                        generation.iterator().next();
                    }
                    generation.cancel();
                    Result result = generation.await();
                    assertTrue(
                            List.of(FinishReason.CANCELLED, FinishReason.MAX_TOKENS)
                                    .contains(result.reason()),
                            () -> result.reason().name());
                    assertArrayEquals(Arrays.copyOf(alone(number, 20), result.ids().length), result.ids());
                }
            }
            case 3 -> {
                Request late = request(number, 20).timeout(Duration.ofNanos(1));
                assertEquals(
                        FinishReason.DEADLINE,
                        test.model().generate(late).await().reason());
            }
            case 4 -> unread.add(test.model().generate(request(number, 20)));
            case 5 -> {
                List<Integer> read = new ArrayList<>();
                try (Generation generation = test.model().generate(request(number, 20))) {
                    for (Token token : generation) {
                        read.add(token.id());
                    }
                }
                assertArrayEquals(
                        alone(number, 20), read.stream().mapToInt(id -> id).toArray());
            }
            default ->
                assertArrayEquals(
                        alone(number, 20),
                        test.model()
                                .generate(request(number, 20).timeout(Duration.ofMinutes(5)))
                                .await()
                                .ids());
        }
    }

    @Test
    void aLongPromptHoldsUpNeitherThoseWhoDecodeNorShortPrompts() {
        Limits limits = TestModel.limits().sequences(4).context(2048).rows(16).buffer(2048);
        FakeComputation computation =
                new FakeComputation(TestModel::noise, 16, new Blocks.Group(Integer.MAX_VALUE, 512, 128));
        List<int[]> steps = new ArrayList<>(); // rows of each sequence
        CountDownLatch all = new CountDownLatch(1);
        CountDownLatch decoding = new CountDownLatch(1);
        computation.before(rows -> {
            int[] counts = new int[rows.sequences()];
            for (int row = 0; row < rows.rows(); row++) {
                counts[rows.sequence[row]]++;
            }
            steps.add(counts);
            if (steps.size() == 3) {
                decoding.countDown();
                await(all);
            }
        });
        AtomicInteger until = new AtomicInteger();
        try (TestModel test = TestModel.open(limits, computation, Optional.empty())) {
            test.model().listen(new ModelListener() {
                @Override
                public void finished(Result result) {
                    if (result.usage().promptTokens() == 20) {
                        until.set(steps.size());
                    }
                }
            });
            Generation first = test.model()
                    .generate(Request.ids(1, 2, 3).sampling(sampling().maxTokens(300)));
            await(decoding);
            Generation lengthy = test.model()
                    .generate(Request.ids(TestModel.prompt(2000, 1))
                            .sampling(sampling().maxTokens(2)));
            Generation brief = test.model()
                    .generate(Request.ids(TestModel.prompt(20, 2))
                            .sampling(sampling().maxTokens(1)));
            all.countDown();
            assertEquals(1, brief.await().ids().length);
            lengthy.await();
            assertEquals(300, first.await().ids().length);
            assertTrue(
                    until.get() <= 3 + 3,
                    () -> "the short prompt took until step " + until); // 20 rows at 7 a step, beside 2000
            for (int[] counts : steps.subList(3, 100)) {
                assertEquals(1, counts[0], "the sequence that decodes has its row in every step");
                assertTrue(Arrays.stream(counts).sum() <= 16);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @Test
    void aFullQueueIsOverloadedAndNothingElseIsHarmed() throws Exception {
        Limits limits = TestModel.limits().sequences(2).queue(5);
        try (TestModel test = TestModel.open(limits, TestModel::noise)) {
            AtomicInteger refused = new AtomicInteger();
            AtomicInteger served = new AtomicInteger();
            List<Future<?>> callers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                CountDownLatch go = new CountDownLatch(1);
                test.computation().before(_ -> await(go));
                for (int i = 0; i < 60; i++) {
                    int number = i;
                    callers.add(threads.submit(() -> {
                        Generation generation;
                        try {
                            generation = test.model().generate(request(number, 5));
                        } catch (Overloaded overloaded) {
                            if (refused.incrementAndGet() == 60 - 7) {
                                go.countDown(); // two run, five wait
                            }
                            return;
                        }
                        assertArrayEquals(alone(number, 5), generation.await().ids());
                        served.incrementAndGet();
                    }));
                }
                for (Future<?> caller : callers) {
                    caller.get();
                }
            }
            assertEquals(60, refused.get() + served.get());
        }
    }
}
