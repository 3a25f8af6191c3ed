package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.Closed;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Overloaded;
import org.tenon.api.model.Request;
import org.tenon.api.model.Session;
import org.tenon.api.model.Token;

@Timeout(30)
class ClosingTest {
    private static Request request(int tokens) {
        return Request.ids(1, 2).sampling(sampling().maxTokens(tokens));
    }

    @RepeatedTest(100)
    void closingUnderLoadEndsEverythingOnce() throws Exception {
        TestModel test = TestModel.open(TestModel.limits().buffer(2).queue(16), TestModel::noise);
        CountDownLatch begun = new CountDownLatch(20);
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                int kind = i % 4;
                callers.add(threads.submit(() -> {
                    while (true) {
                        try (Session session = test.model().session()) {
                            for (int turn = 0; turn < 20; turn++) {
                                Generation generation = kind == 3
                                        ? session.generate(request(1))
                                        : test.model().generate(request(9));
                                begun.countDown();
                                read(generation, kind);
                            }
                        } catch (Overloaded overloaded) {
                            Thread.sleep(1);
                        } catch (Closed closed) {
                            return true;
                        }
                    }
                }));
            }
            begun.await();
            List<Future<?>> closers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                closers.add(threads.submit(() -> {
                    test.close();
                    assertEquals(1, test.computation().closed(), "closed when close() returns");
                }));
            }
            for (Future<?> closer : closers) {
                closer.get();
            }
            for (Future<?> caller : callers) {
                assertEquals(true, caller.get());
            }
        }
        assertEquals(1, test.computation().closed());
    }

    private static void read(Generation generation, int kind) {
        switch (kind) {
            case 0 -> generation.await();
            case 1 -> {
                for (Token token : generation) {
                    assertTrue(token.id() >= 0);
                }
            }
            case 2 -> generation.close();
            default -> assertTrue(generation.await().usage().outputTokens() <= 1);
        }
    }

    @Test
    void whatRunsAndWhatWaitsEndsWithItsReason() {
        TestModel test = TestModel.open(TestModel.limits().buffer(1), TestModel::noise);
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            generations.add(test.model().generate(request(60)));
        }
        test.close();
        for (Generation generation : generations) {
            assertEquals(FinishReason.MODEL_CLOSED, generation.await().reason());
        }
    }

    @Test
    void whoComesLaterIsTold() {
        TestModel test = TestModel.open();
        Session session = test.model().session();
        test.close();
        test.close();
        assertThrows(Closed.class, () -> test.model().generate(request(1)));
        assertThrows(Closed.class, () -> test.model().generate("a", sampling()));
        assertThrows(Closed.class, () -> test.model().session());
        assertThrows(Closed.class, () -> test.model().stepper());
        assertThrows(Closed.class, () -> test.model().listen(new ModelListener() {}));
        assertThrows(Closed.class, () -> session.generate(request(1)));
        session.close();
        assertEquals(64, test.model().context(), "what is known stays known");
    }

    @Test
    void closingWaitsForTheStepThatIsUnderWay() throws Exception {
        TestModel test = TestModel.open();
        CountDownLatch inStep = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        test.computation().before(rows -> {
            inStep.countDown();
            await(go);
        });
        Generation generation = test.model().generate(request(60));
        await(inStep);
        AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
        Thread closer = Thread.ofPlatform().start(() -> {
            test.close();
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        closer.interrupt();
        assertThrows(Closed.class, () -> {
            while (true) {
                test.model().session().close();
            }
        });
        closer.join(20);
        assertTrue(closer.isAlive(), "it returned while a step was running");
        assertEquals(0, test.computation().closed());
        go.countDown();
        closer.join();
        assertTrue(interrupted.get(), "the interruption got lost");
        assertEquals(1, test.computation().closed());
        assertEquals(FinishReason.MODEL_CLOSED, generation.await().reason());
    }

    @Test
    void aListenerMayCloseTheModelButNotWaitForIt() {
        TestModel test = TestModel.open();
        AtomicReference<Throwable> waited = new AtomicReference<>();
        AtomicReference<Generation> running = new AtomicReference<>();
        CountDownLatch set = new CountDownLatch(1);
        test.model().listen(new ModelListener() {
            @Override
            public void stepped(StepReport step) {
                await(set);
                try {
                    running.get().await();
                } catch (IllegalStateException refused) {
                    waited.set(refused);
                }
                test.close();
            }
        });
        running.set(test.model().generate(request(60)));
        set.countDown();
        running.get().await();
        test.close();
        assertTrue(waited.get().getMessage().contains("wait for itself"), waited.get()::getMessage);
        assertEquals(1, test.computation().closed());
    }

    @Test
    void aFaultOfTheDeviceEndsEverythingAndIsToldFromThenOn() {
        TestModel test = TestModel.open();
        IllegalStateException fault = new IllegalStateException("the device fell off");
        CountDownLatch all = new CountDownLatch(1);
        test.computation().before(rows -> {
            await(all);
            throw fault;
        });
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            generations.add(test.model().generate(request(9)));
        }
        all.countDown();
        for (Generation generation : generations) {
            GenerationFailed failure = assertThrows(GenerationFailed.class, generation::await);
            assertTrue(failure.getMessage().contains("the device fell off"), failure.getMessage());
            assertSame(fault, failure.getCause());
        }
        assertTrue(assertThrows(GenerationFailed.class, () -> test.model().generate(request(1)))
                .getMessage()
                .contains("the device fell off"));
        test.close();
        assertEquals(1, test.computation().closed());
    }

    @Test
    void moreRequestsThanTheQueueHoldsAreRefused() {
        try (TestModel test =
                TestModel.open(TestModel.limits().sequences(1).queue(2).buffer(1), TestModel::noise)) {
            CountDownLatch inStep = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            test.computation().before(rows -> {
                inStep.countDown();
                await(go);
            });
            List<Generation> accepted = new ArrayList<>(List.of(test.model().generate(request(3))));
            await(inStep);
            accepted.add(test.model().generate(request(3)));
            accepted.add(test.model().generate(request(3)));
            String message = assertThrows(Overloaded.class, () -> test.model().generate(request(3)))
                    .getMessage();
            assertTrue(message.contains("2 requests waiting"), message);
            go.countDown();
            accepted.forEach(each -> assertEquals(3, each.await().ids().length));
            assertEquals(3, test.model().generate(request(3)).await().ids().length, "there is room again");
        }
    }

    @Test
    void aListenerThatThrowsIsDetachedAndTheOthersGoOn() {
        try (TestModel test = TestModel.open()) {
            AtomicInteger thrown = new AtomicInteger();
            AtomicInteger rows = new AtomicInteger();
            AtomicInteger prefill = new AtomicInteger();
            test.model().listen(new ModelListener() {
                @Override
                public void stepped(StepReport step) {
                    thrown.incrementAndGet();
                    throw new IllegalStateException("on purpose");
                }
            });
            ModelListener.Registration registration = test.model().listen(new ModelListener() {
                @Override
                public void stepped(StepReport step) {
                    rows.addAndGet(step.rows());
                    prefill.addAndGet(step.prefillRows());
                    assertFalse(step.nanos() < 0);
                    assertEquals(1, step.sequences());
                }
            });
            test.model()
                    .generate(Request.ids(new int[20]).sampling(sampling().maxTokens(4)))
                    .await();
            assertEquals(1, thrown.get());
            assertEquals(20, prefill.get());
            assertEquals(23, rows.get());
            registration.close();
            registration.close();
            test.model().generate(request(2)).await();
            assertEquals(23, rows.get());
        }
    }

    @Test
    void noThreadIsLeftBehind() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            try (TestModel test = TestModel.open()) {
                test.model().generate(request(2)).await();
            }
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("tenon-engine")) {
                thread.join(5_000);
                assertFalse(thread.isAlive(), "an engine's thread outlives its model");
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
}
