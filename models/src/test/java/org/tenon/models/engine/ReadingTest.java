package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Interrupted;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Token;

@Timeout(20)
class ReadingTest {
    private static Request request(int tokens) {
        return Request.ids(1, 2).sampling(sampling().maxTokens(tokens));
    }

    private static Limits buffer(int tokens) {
        return TestModel.limits().buffer(tokens);
    }

    @Test
    void iteratingGivesTheTokensOfTheResult() {
        try (TestModel test = TestModel.open(buffer(4), TestModel::noise)) {
            Generation generation = test.model().generate(request(20));
            List<Token> tokens = new ArrayList<>();
            generation.forEach(tokens::add);
            Result result = generation.await();
            assertEquals(20, tokens.size());
            assertEquals(result.tokens(), tokens);
            assertTrue(generation.finished());
            generation.cancel();
            generation.close();
            assertEquals(FinishReason.MAX_TOKENS, generation.await().reason(), "closing after the end changes nothing");
        }
    }

    @Test
    void theEndOfAnIterationStaysTheEnd() {
        try (TestModel test = TestModel.open()) {
            Iterator<Token> tokens = test.model().generate(request(1)).iterator();
            assertTrue(tokens.hasNext());
            assertTrue(tokens.hasNext(), "asking takes nothing");
            tokens.next();
            assertFalse(tokens.hasNext());
            assertFalse(tokens.hasNext());
            assertThrows(NoSuchElementException.class, tokens::next);
        }
    }

    @Test
    void tokensAreReadInOneWayOnce() {
        try (TestModel test = TestModel.open()) {
            Generation iterated = test.model().generate(request(2));
            assertTrue(iterated.iterator().hasNext());
            assertThrows(IllegalStateException.class, iterated::iterator);
            assertThrows(IllegalStateException.class, iterated::publisher);
            Generation collected = test.model().generate(request(2));
            collected.await();
            String message = assertThrows(IllegalStateException.class, collected::iterator)
                    .getMessage();
            assertTrue(message.contains("await()"), message);
        }
    }

    @Test
    void awaitingNeedsNobodyToRead() {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            assertEquals(30, test.model().generate(request(30)).await().tokens().size());
        }
    }

    @Test
    void readersWhoStopHoldUpNobodyElse() {
        try (TestModel test = TestModel.open(buffer(2), TestModel::noise)) {
            List<Iterator<Token>> stopped = new ArrayList<>();
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 5; i++) { // more than have a cache at once
                generations.add(test.model()
                        .generate(Request.ids(TestModel.prompt(10, i))
                                .sampling(sampling().maxTokens(12))));
                stopped.add(generations.getLast().iterator());
                stopped.getLast().next();
            }
            for (int i = 0; i < 10; i++) {
                assertEquals(
                        25, test.model().generate(request(25)).await().tokens().size());
            }
            for (int i = 0; i < 5; i++) {
                stopped.get(i).forEachRemaining(token -> {});
                assertArrayEquals(
                        TestModel.alone(TestModel.prompt(10, i), 12, sampling().greedy(), 0),
                        generations.get(i).await().ids(),
                        "what waited, and lost its cache meanwhile, goes on as if nothing had been");
            }
        }
    }

    @Test
    void aSequenceRunsAtMostABufferAheadOfItsReader() throws InterruptedException {
        try (TestModel test = TestModel.open(buffer(3), TestModel::noise)) {
            Generation generation = test.model().generate(request(20));
            Iterator<Token> tokens = generation.iterator();
            tokens.next();
            test.model().generate(request(30)).await(); // plenty of time to run ahead
            int before = test.computation().steps();
            test.model().generate(request(1)).await();
            assertEquals(before + 1, test.computation().steps(), "it waits and takes no steps");
            generation.close();
        }
    }

    @Test
    void aReaderWhoStaysAwayTooLongIsLeft() {
        try (TestModel test = TestModel.open(buffer(2).idle(Duration.ofMillis(30)), TestModel::noise)) {
            Generation generation = test.model().generate(request(20));
            Iterator<Token> tokens = generation.iterator();
            tokens.next();
            while (!generation.finished()) {
                sleep(1);
            }
            assertEquals(FinishReason.NOT_READ, generation.await().reason());
        }
    }

    @Test
    void cancellingEndsASequenceWithWhatItHas() {
        try (TestModel test = TestModel.open()) {
            Generation generation = test.model().generate(request(60));
            Iterator<Token> tokens = generation.iterator();
            Token first = tokens.next();
            generation.cancel();
            Result result = generation.await();
            assertTrue(
                    result.reason().equals(FinishReason.CANCELLED)
                            || result.tokens().size() == 60,
                    result.reason()::name);
            assertEquals(first, result.tokens().getFirst());
        }
    }

    @Test
    void closingAnIterationThatWasLeftEarlyEndsTheSequence() {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            Generation left;
            try (Generation generation = test.model().generate(request(60))) {
                left = generation;
                for (Token token : generation) {
                    assertTrue(token.id() >= 0);
                    break;
                }
            }
            assertEquals(FinishReason.CANCELLED, left.await().reason());
            left.close();
        }
    }

    @Test
    void aDeadlineEndsASequenceThatRunsAndOneThatWaits() {
        try (TestModel test = TestModel.open()) {
            CountDownLatch slow = new CountDownLatch(1);
            test.computation().before(rows -> await(slow));
            List<Generation> late = new ArrayList<>();
            for (int i = 0; i < 5; i++) { // three run, two wait
                late.add(test.model().generate(request(60).timeout(Duration.ofMillis(20))));
            }
            sleep(30);
            slow.countDown();
            late.forEach(
                    each -> assertEquals(FinishReason.DEADLINE, each.await().reason()));
        }
    }

    @Test
    void aDeadlineComesEvenWhileNothingElseHappens() {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            Generation parked = test.model().generate(request(60).timeout(Duration.ofMillis(20)));
            while (!parked.finished()) {
                sleep(1);
            }
            assertEquals(FinishReason.DEADLINE, parked.await().reason());
        }
    }

    @Test
    void anInterruptedReaderIsToldAndTheSequenceGoesOn() throws InterruptedException {
        try (TestModel test = TestModel.open()) {
            CountDownLatch slow = new CountDownLatch(1);
            test.computation().before(rows -> await(slow));
            Generation generation = test.model().generate(request(3));
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>(false);
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    generation.await();
                } catch (Interrupted interrupted) {
                    thrown.set(interrupted);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            reader.interrupt();
            reader.join();
            assertInstanceOf(Interrupted.class, thrown.get());
            assertTrue(flag.get());
            slow.countDown();
            assertEquals(3, generation.await().tokens().size());
        }
    }

    @Test
    void aForgottenGenerationIsReturned() {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            CountDownLatch cancelled = new CountDownLatch(1);
            test.model().listen(new org.tenon.api.model.ModelListener() {
                @Override
                public void finished(Result result) {
                    if (result.reason().equals(FinishReason.CANCELLED)) {
                        cancelled.countDown();
                    }
                }
            });
            test.model().generate(request(60)).iterator().next();
            boolean returned = false;
            for (int i = 0; i < 200 && !returned; i++) {
                System.gc();
                returned = await(cancelled, 50);
            }
            assertTrue(returned, "nobody holds the generation, and it was not ended");
        }
    }

    @Test
    void aSubscriberGetsWhatItAsksForAndThenTheEnd() throws InterruptedException {
        try (TestModel test = TestModel.open(buffer(2), TestModel::noise)) {
            Generation generation = test.model().generate(request(5));
            Recorder recorder = new Recorder();
            generation.publisher().subscribe(recorder);
            assertEquals(null, recorder.events.poll(50, TimeUnit.MILLISECONDS), "nothing before it is asked for");
            recorder.subscription.request(2);
            List<Object> tokens = new ArrayList<>(List.of(recorder.events.take(), recorder.events.take()));
            assertEquals(null, recorder.events.poll(50, TimeUnit.MILLISECONDS));
            recorder.subscription.request(3);
            tokens.addAll(List.of(recorder.events.take(), recorder.events.take(), recorder.events.take()));
            assertEquals("complete", recorder.events.take(), "needs no further request");
            assertEquals(generation.await().tokens(), tokens);
        }
    }

    @Test
    void aSecondSubscriberIsRefused() throws InterruptedException {
        try (TestModel test = TestModel.open()) {
            Flow.Publisher<Token> publisher = test.model().generate(request(2)).publisher();
            publisher.subscribe(new Recorder());
            Recorder second = new Recorder();
            publisher.subscribe(second);
            assertInstanceOf(IllegalStateException.class, second.events.take());
        }
    }

    @Test
    void askingForNoTokenIsAnError() throws InterruptedException {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            Recorder recorder = new Recorder();
            Generation generation = test.model().generate(request(60));
            generation.publisher().subscribe(recorder);
            recorder.subscription.request(0);
            assertInstanceOf(IllegalArgumentException.class, recorder.events.take());
            assertEquals(FinishReason.CANCELLED, generation.await().reason());
        }
    }

    @Test
    void aCancelledSubscriptionEndsTheSequence() throws InterruptedException {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            Recorder recorder = new Recorder();
            Generation generation = test.model().generate(request(60));
            generation.publisher().subscribe(recorder);
            recorder.subscription.request(1);
            assertInstanceOf(Token.class, recorder.events.take());
            recorder.subscription.cancel();
            assertEquals(FinishReason.CANCELLED, generation.await().reason());
            recorder.subscription.request(5);
            assertEquals(null, recorder.events.poll(50, TimeUnit.MILLISECONDS), "no signal after it has cancelled");
        }
    }

    @Test
    void aFailureReachesTheSubscriber() throws InterruptedException {
        try (TestModel test = TestModel.open()) {
            Recorder recorder = new Recorder();
            test.model()
                    .generate(Request.ids(1).sampling(sampling().chooser((scores, history) -> -1)))
                    .publisher()
                    .subscribe(recorder);
            recorder.subscription.request(1);
            assertInstanceOf(GenerationFailed.class, recorder.events.take());
        }
    }

    @Test
    void aSubscriberWhoThrowsIsLeft() {
        try (TestModel test = TestModel.open(buffer(1), TestModel::noise)) {
            Generation generation = test.model().generate(request(60));
            generation.publisher().subscribe(new Recorder() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                    given.request(60);
                }

                @Override
                public void onNext(Token token) {
                    throw new IllegalStateException("on purpose");
                }
            });
            assertEquals(FinishReason.CANCELLED, generation.await().reason());
        }
    }

    private static class Recorder implements Flow.Subscriber<Token> {
        final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Token token) {
            events.add(token);
        }

        @Override
        public void onError(Throwable failure) {
            events.add(failure);
        }

        @Override
        public void onComplete() {
            events.add("complete");
        }
    }

    private static void await(CountDownLatch latch) {
        assertTrue(await(latch, 10_000));
    }

    private static boolean await(CountDownLatch latch, int millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }
}
