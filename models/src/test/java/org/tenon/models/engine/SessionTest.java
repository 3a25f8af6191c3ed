package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.Closed;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Session;
import org.tenon.api.text.Message;

@Timeout(20)
class SessionTest {
    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    @Test
    void aTurnComputesOnlyWhatIsNew() {
        try (TestModel test = TestModel.open();
                Session session = test.model().session()) {
            int[] first = TestModel.prompt(9, 1);
            Result one = session.generate(Request.ids(first).sampling(sampling().maxTokens(4)))
                    .await();
            assertEquals(0, one.usage().cachedTokens());
            int[] second = TestModel.prompt(5, 2);
            Result two = session.generate(
                            Request.ids(second).sampling(sampling().maxTokens(6)))
                    .await();
            assertEquals(9 + 4 + 5, two.usage().promptTokens());
            assertEquals(9 + 4 - 1, two.usage().cachedTokens(), "all but the last token, which no step has seen");
            int[] whole = joined(first, one.ids(), second);
            assertArrayEquals(TestModel.alone(whole, 6, sampling().greedy(), 0), two.ids());
            assertArrayEquals(joined(whole, two.ids()), session.ids());
        }
    }

    @Test
    void onlyTheFirstTextBeginsWithABeginning() {
        try (TestModel test = TestModel.open();
                Session session = test.model().session()) {
            int[] said = session.generate("ab", sampling().maxTokens(1)).await().ids();
            session.generate("c", sampling().maxTokens(1)).await();
            int[] ids = session.ids();
            assertArrayEquals(new int[] {Bytes.BOS, 'a', 'b', said[0], 'c'}, Arrays.copyOf(ids, 5));
        }
    }

    @Test
    void aConversationGoesOnWithTheModelsAnswers() {
        try (TestModel test = TestModel.open(
                TestModel.limits(), ids -> TestModel.saying("yo", ids.length).apply(ids))) {
            // says "y" for ever: the answer is cut by maxTokens
            try (Session session = test.model().session()) {
                Result one = session.generate(Request.chat(Message.user("hi"))
                                .sampling(sampling().maxTokens(3)))
                        .await();
                assertEquals("yyy", one.text());
                Result two = session.generate(Request.chat(Message.user("so"))
                                .sampling(sampling().maxTokens(2)))
                        .await();
                String whole = "<user>hi<assistant>yyy<user>so<assistant>";
                assertEquals(whole.length(), two.usage().promptTokens());
                assertEquals("<user>hi<assistant>yy".length(), two.usage().cachedTokens());
                assertEquals(whole + "yy", new Bytes().decode(session.ids(), false));
            }
        }
    }

    @Test
    void aSessionHoldsEitherTextOrAConversation() {
        try (TestModel test = TestModel.open();
                Session text = test.model().session();
                Session chat = test.model().session()) {
            text.generate("a", sampling().maxTokens(1)).await();
            assertThrows(InvalidRequest.class, () -> text.generate(Request.chat(Message.user("a"))));
            chat.generate(Request.chat(Message.user("a")).sampling(sampling().maxTokens(1)))
                    .await();
            assertThrows(InvalidRequest.class, () -> chat.generate(Request.text("a")));
            assertThrows(InvalidRequest.class, () -> chat.generate(Request.ids(1)));
        }
    }

    @Test
    void aTurnMustEndBeforeTheNextBegins() {
        CountDownLatch slow = new CountDownLatch(1);
        try (TestModel test = TestModel.open();
                Session session = test.model().session()) {
            test.computation().before(rows -> await(slow));
            Generation running =
                    session.generate(Request.ids(1).sampling(sampling().maxTokens(2)));
            String message = assertThrows(InvalidRequest.class, () -> session.generate(Request.ids(1)))
                    .getMessage();
            assertTrue(message.contains("still running"), message);
            assertThrows(InvalidRequest.class, session::ids);
            slow.countDown();
            running.await();
            assertEquals(3, session.ids().length);
        }
    }

    @Test
    void aRefusedTurnLeavesTheSessionAsItWas() {
        try (TestModel test = TestModel.open();
                Session session = test.model().session()) {
            session.generate(Request.ids(TestModel.prompt(60, 1))
                            .sampling(sampling().maxTokens(2)))
                    .await();
            assertThrows(InvalidRequest.class, () -> session.generate(Request.ids(1, 2)), "no room in the context");
            assertThrows(InvalidRequest.class, () -> session.generate(Request.ids(999)));
            assertEquals(62, session.ids().length);
            assertEquals(
                    FinishReason.CONTEXT_FULL,
                    session.generate(Request.ids(1)).await().reason());
            assertEquals(64, session.ids().length);
        }
    }

    @Test
    void aCancelledTurnStaysAsFarAsItCame() {
        try (TestModel test = TestModel.open(TestModel.limits().buffer(1), TestModel::noise);
                Session session = test.model().session()) {
            Generation turn = session.generate(Request.ids(5, 6));
            turn.cancel();
            Result cut = turn.await();
            int[] before = session.ids();
            assertArrayEquals(
                    joined(
                            cut.usage().outputTokens() == 0 && before.length == 0 ? new int[0] : new int[] {5, 6},
                            cut.ids()),
                    before);
            Result next = session.generate(Request.ids(7).sampling(sampling().maxTokens(5)))
                    .await();
            assertArrayEquals(
                    TestModel.alone(joined(before, new int[] {7}), 5, sampling().greedy(), 0), next.ids());
        }
    }

    @Test
    void idleSessionsMakeRoomForOthersAndGoOnAfterwards() {
        try (TestModel test = TestModel.open()) {
            Session[] sessions = new Session[7]; // more than have a cache at once
            int[][] said = new int[sessions.length][];
            for (int turn = 0; turn < 3; turn++) {
                for (int i = 0; i < sessions.length; i++) {
                    if (turn == 0) {
                        sessions[i] = test.model().session();
                        said[i] = new int[0];
                    }
                    int[] more = TestModel.prompt(4, 10 * turn + i);
                    Result result = sessions[i]
                            .generate(Request.ids(more).sampling(sampling().maxTokens(3)))
                            .await();
                    said[i] = joined(said[i], more);
                    assertArrayEquals(TestModel.alone(said[i], 3, sampling().greedy(), 0), result.ids());
                    said[i] = joined(said[i], result.ids());
                }
            }
            for (Session session : sessions) {
                session.close();
            }
        }
    }

    @Test
    void manySessionsOnManyThreadsKeepApart() throws Exception {
        try (TestModel test = TestModel.open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var turns = new java.util.ArrayList<java.util.concurrent.Future<?>>();
            for (int i = 0; i < 20; i++) {
                int number = i;
                turns.add(threads.submit(() -> {
                    int[] said = {};
                    try (Session session = test.model().session()) {
                        for (int turn = 0; turn < 3; turn++) {
                            int[] more = TestModel.prompt(1 + number % 5, 100 * turn + number);
                            Request request =
                                    Request.ids(more).sampling(sampling().maxTokens(1 + number % 4));
                            Result result = session.generate(request).await();
                            said = joined(said, more);
                            int[] expected = TestModel.alone(
                                    said, 1 + number % 4, sampling().greedy(), 0);
                            assertArrayEquals(expected, result.ids());
                            said = joined(said, result.ids());
                        }
                    }
                }));
            }
            for (var turn : turns) {
                turn.get();
            }
        }
    }

    @Test
    void closingEndsTheTurnAndGivesTheCacheBack() {
        Limits one = TestModel.limits().sequences(1).buffer(1);
        try (TestModel test = TestModel.open(one, TestModel::noise)) {
            Session session = test.model().session();
            Generation turn = session.generate(Request.ids(1));
            session.close();
            session.close();
            assertEquals(FinishReason.CANCELLED, turn.await().reason());
            assertThrows(Closed.class, () -> session.generate(Request.ids(1)));
            assertThrows(Closed.class, session::ids);
            assertEquals(
                    2,
                    test.model()
                            .generate(Request.ids(1).sampling(sampling().maxTokens(2)))
                            .await()
                            .ids()
                            .length);
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
