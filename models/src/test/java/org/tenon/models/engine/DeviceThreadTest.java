package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Request;

/** Several models on one device. */
@Timeout(30)
class DeviceThreadTest {
    private static TestModel open(DeviceThread thread) {
        FakeComputation computation =
                new FakeComputation(TestModel::noise, TestModel.BLOCK, new Blocks.Group(Integer.MAX_VALUE, 12, 4));
        return TestModel.open(TestModel.limits(), computation, computation.blocks(), Optional.empty(), thread);
    }

    private static Request request(int tokens) {
        return Request.ids(1, 2).sampling(sampling().maxTokens(tokens));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @Test
    void allModelsComputeOnOneThreadWhichEndsWithTheLast() throws InterruptedException {
        DeviceThread thread = new DeviceThread("shared");
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        List<TestModel> tests = List.of(open(thread), open(thread), open(thread));
        for (TestModel test : tests) {
            test.computation().before(_ -> seen.add(Thread.currentThread()));
        }
        tests.stream().map(test -> test.model().generate(request(20))).toList().forEach(Generation::await);
        assertEquals(1, seen.size());
        Thread only = seen.iterator().next();
        assertTrue(only.getName().startsWith("tenon-engine"), only::getName);
        tests.get(0).close();
        tests.get(2).close();
        tests.get(1).model().generate(request(2)).await();
        assertTrue(only.isAlive());
        tests.get(1).close();
        only.join();
        try (TestModel later = open(thread)) {
            later.computation().before(_ -> seen.add(Thread.currentThread()));
            later.model().generate(request(2)).await();
            assertEquals(2, seen.size(), "another thread, for the first model after the last");
        }
    }

    @Test
    void modelsTakeTurnsAStepEach() {
        DeviceThread thread = new DeviceThread("turns");
        try (TestModel one = open(thread);
                TestModel other = open(thread)) {
            StringBuilder order = new StringBuilder(); // written on one thread, read after both have ended
            CountDownLatch both = new CountDownLatch(1);
            one.computation().before(_ -> {
                await(both);
                order.append('a');
            });
            other.computation().before(_ -> order.append('b'));
            Generation first = one.model().generate(request(30));
            Generation second = other.model().generate(request(30));
            both.countDown();
            first.await();
            second.await();
            assertTrue(order.toString().contains("ab".repeat(29)), order::toString);
        }
    }

    @Test
    void aFaultInOneModelLeavesTheOthersAlone() {
        DeviceThread thread = new DeviceThread("fault");
        TestModel bad = open(thread);
        try (TestModel good = open(thread)) {
            bad.computation().before(_ -> {
                throw new StackOverflowError("on purpose");
            });
            Generation lasting = good.model().generate(request(40));
            assertThrows(
                    GenerationFailed.class,
                    () -> bad.model().generate(request(3)).await());
            assertEquals(40, lasting.await().ids().length);
            assertEquals(2, good.model().generate(request(2)).await().ids().length);
            bad.close();
            assertEquals(1, bad.computation().closed());
        }
    }

    @Test
    void aListenerOfOneModelMayCloseAnotherButNotWaitForIt() {
        DeviceThread thread = new DeviceThread("listener");
        TestModel other = open(thread);
        try (TestModel one = open(thread)) {
            AtomicReference<Throwable> waited = new AtomicReference<>();
            Generation waiting = other.model().generate(request(3));
            waiting.await();
            one.model().listen(new ModelListener() {
                @Override
                public void stepped(StepReport step) {
                    try {
                        waiting.await();
                    } catch (IllegalStateException refused) {
                        waited.set(refused);
                    }
                    other.close();
                }
            });
            assertEquals(4, one.model().generate(request(4)).await().ids().length);
            assertTrue(waited.get().getMessage().contains("wait for itself"), waited.get()::getMessage);
            other.close();
            assertEquals(1, other.computation().closed());
        }
    }

    @Test
    void closingOneUnderLoadLeavesTheOthersToTheirWork() {
        DeviceThread thread = new DeviceThread("closing");
        try (TestModel lasting = open(thread)) {
            Generation through = lasting.model().generate(request(60));
            for (int i = 0; i < 50; i++) {
                TestModel test = open(thread);
                List<Generation> generations = new ArrayList<>();
                for (int j = 0; j < 5; j++) {
                    generations.add(test.model().generate(request(30)));
                }
                test.close();
                assertEquals(1, test.computation().closed());
                for (Generation generation : generations) {
                    FinishReason reason = generation.await().reason();
                    assertTrue(
                            reason.equals(FinishReason.MODEL_CLOSED) || reason.equals(FinishReason.MAX_TOKENS),
                            reason::name);
                }
            }
            assertEquals(60, through.await().ids().length);
        }
    }

    @Test
    void listenersHearOfEveryEndOnce() {
        DeviceThread thread = new DeviceThread("ends");
        ConcurrentHashMap<FinishReason, AtomicInteger> heard = new ConcurrentHashMap<>();
        AtomicInteger outputs = new AtomicInteger();
        ModelListener listener = new ModelListener() {
            @Override
            public void finished(org.tenon.api.model.Result result) {
                heard.computeIfAbsent(result.reason(), _ -> new AtomicInteger()).incrementAndGet();
                outputs.addAndGet(result.usage().outputTokens());
                assertEquals(result.usage().outputTokens(), result.tokens().size());
            }
        };
        CountDownLatch inStep = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestModel test = open(thread);
        test.model().listen(listener);
        test.model().generate(request(4)).await();
        Generation failing = test.model()
                .generate(Request.ids(1).sampling(sampling().maxTokens(9).chooser((scores, history) -> {
                    if (history.length() == 4) {
                        throw new IllegalStateException("on purpose");
                    }
                    return 5;
                })));
        assertThrows(GenerationFailed.class, failing::await);
        test.computation().before(_ -> {
            inStep.countDown();
            await(go);
        });
        List<Generation> rest = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            rest.add(test.model().generate(request(50)));
        }
        await(inStep);
        Thread closer = Thread.ofVirtual().start(test::close);
        while (!closed(test)) {
            Thread.onSpinWait();
        }
        go.countDown();
        rest.forEach(Generation::await);
        test.close();
        assertFalse(closer.isInterrupted());
        assertEquals(1, heard.get(FinishReason.MAX_TOKENS).get());
        assertEquals(1, heard.get(FinishReason.FAILED).get());
        assertEquals(6, heard.get(FinishReason.MODEL_CLOSED).get());
        assertTrue(outputs.get() >= 4 + 3, "what a failed request had by then is known");
    }

    private static boolean closed(TestModel test) {
        try {
            test.model().session().close();
            return false;
        } catch (org.tenon.api.model.Closed closed) {
            return true;
        }
    }
}
