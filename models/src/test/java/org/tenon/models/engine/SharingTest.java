package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.Closed;
import org.tenon.api.model.Generation;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Session;
import org.tenon.api.model.Snapshot;
import org.tenon.api.text.Message;

/** Requests and sessions that begin alike compute the beginning once. The model keeps ids as keys, so a wrong block is another answer. */
@Timeout(30)
class SharingTest {
    private static Result run(TestModel test, int[] prompt, int tokens) {
        return test.model()
                .generate(Request.ids(prompt).sampling(sampling().maxTokens(tokens)))
                .await();
    }

    private static int[] alone(int[] prompt, int tokens) {
        return TestModel.alone(prompt, tokens, sampling().greedy(), 0);
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    @Test
    void aRequestReusesWhatAnEarlierOneComputed() {
        try (TestModel test = TestModel.open()) {
            int[] system = TestModel.prompt(37, 1);
            int[] first = joined(system, TestModel.prompt(6, 2));
            int[] second = joined(system, TestModel.prompt(9, 3));
            assertEquals(0, run(test, first, 5).usage().cachedTokens());
            Result result = run(test, second, 5);
            assertEquals(32, result.usage().cachedTokens(), "two full blocks");
            assertArrayEquals(alone(second, 5), result.ids());
            Result again = run(test, joined(first, alone(first, 4)), 3);
            assertEquals(32, again.usage().cachedTokens(), "the output's third block wasn't full: 43 + 4 keys");
            assertArrayEquals(alone(joined(first, alone(first, 4)), 3), again.ids());
        }
    }

    @Test
    void requestsThatRunAtOnceShareToo() {
        try (TestModel test = TestModel.open()) {
            int[] system = TestModel.prompt(33, 1);
            try (Session first = test.model().session()) {
                first.generate(Request.ids(system).sampling(sampling().maxTokens(1)))
                        .await();
                List<int[]> prompts = IntStream.range(0, 6)
                        .mapToObj(i -> joined(system, TestModel.prompt(1 + i, i)))
                        .toList();
                List<Generation> generations = prompts.stream()
                        .map(prompt -> test.model()
                                .generate(
                                        Request.ids(prompt).sampling(sampling().maxTokens(20))))
                        .toList();
                for (int i = 0; i < prompts.size(); i++) {
                    Result result = generations.get(i).await();
                    assertEquals(32, result.usage().cachedTokens());
                    assertArrayEquals(alone(prompts.get(i), 20), result.ids());
                }
            }
        }
    }

    @Test
    void whatWasParkedIsFoundAgainAsFarAsItsRoomWasNotNeeded() {
        FakeComputation computation =
                new FakeComputation(TestModel::noise, 8, new Blocks.Group(Integer.MAX_VALUE, 9, 8));
        try (TestModel test = TestModel.open(TestModel.limits(), computation, Optional.empty())) {
            int[] shared = TestModel.prompt(20, 1);
            List<Generation> generations = IntStream.range(0, 8)
                    .mapToObj(i -> test.model()
                            .generate(Request.ids(joined(shared, TestModel.prompt(i + 1, i)))
                                    .sampling(sampling().maxTokens(30))))
                    .toList();
            for (int i = 0; i < 8; i++) {
                assertArrayEquals(
                        alone(joined(shared, TestModel.prompt(i + 1, i)), 30),
                        generations.get(i).await().ids(),
                        "request " + i);
            }
        }
    }

    @Test
    void aForkGoesOnFromTheSamePlaceAndKeepsToItself() {
        try (TestModel test = TestModel.open();
                Session session = test.model().session()) {
            int[] first = TestModel.prompt(30, 1);
            int[] said = session.generate(Request.ids(first).sampling(sampling().maxTokens(4)))
                    .await()
                    .ids();
            try (Session fork = session.fork()) {
                int[] whole = joined(first, said);
                assertArrayEquals(whole, fork.ids());
                Result there = fork.generate(Request.ids(7).sampling(sampling().maxTokens(6)))
                        .await();
                Result here = session.generate(
                                Request.ids(8).sampling(sampling().maxTokens(6)))
                        .await();
                assertEquals(32, there.usage().cachedTokens(), "two full blocks of 33 keys");
                assertEquals(33, here.usage().cachedTokens());
                assertArrayEquals(alone(joined(whole, new int[] {7}), 6), there.ids());
                assertArrayEquals(alone(joined(whole, new int[] {8}), 6), here.ids());
            }
        }
    }

    @Test
    void aSessionIsCutAndGoesOnAsIfTheRestHadNeverBeen() {
        try (TestModel test = TestModel.open();
                Session session = test.model().session()) {
            int[] first = TestModel.prompt(30, 1);
            session.generate(Request.ids(first).sampling(sampling().maxTokens(4)))
                    .await();
            session.truncate(20);
            assertArrayEquals(Arrays.copyOf(first, 20), session.ids());
            Result result = session.generate(
                            Request.ids(5, 6).sampling(sampling().maxTokens(5)))
                    .await();
            assertEquals(20, result.usage().cachedTokens());
            assertArrayEquals(alone(joined(Arrays.copyOf(first, 20), new int[] {5, 6}), 5), result.ids());
            session.truncate(0);
            assertEquals(0, session.ids().length);
            assertArrayEquals(
                    alone(new int[] {9}, 3),
                    session.generate(Request.ids(9).sampling(sampling().maxTokens(3)))
                            .await()
                            .ids());
            assertThrows(InvalidRequest.class, () -> session.truncate(5));
            assertThrows(InvalidRequest.class, () -> session.truncate(-1));
        }
    }

    @Test
    void aSnapshotIsAValueThatAnySessionGoesBackTo() {
        try (TestModel test = TestModel.open()) {
            Snapshot snapshot;
            int[] whole;
            try (Session session = test.model().session()) {
                int[] first = TestModel.prompt(34, 1);
                int[] said = session.generate(
                                Request.ids(first).sampling(sampling().maxTokens(3)))
                        .await()
                        .ids();
                snapshot = session.snapshot();
                whole = joined(first, said);
                session.generate(Request.ids(1, 2).sampling(sampling().maxTokens(9)))
                        .await();
                session.restore(snapshot);
                assertArrayEquals(whole, session.ids());
                assertEquals(snapshot, session.snapshot());
                Result result = session.generate(
                                Request.ids(3).sampling(sampling().maxTokens(4)))
                        .await();
                assertEquals(37, result.usage().cachedTokens(), "all of it: the turn after it computed its last");
                assertArrayEquals(alone(joined(whole, new int[] {3}), 4), result.ids());
            }
            try (Session other = test.model().session()) {
                other.restore(snapshot);
                Result result = other.generate(
                                Request.ids(4).sampling(sampling().maxTokens(4)))
                        .await();
                assertEquals(32, result.usage().cachedTokens(), "full blocks outlive the session");
                assertArrayEquals(alone(joined(whole, new int[] {4}), 4), result.ids());
                assertThrows(InvalidRequest.class, () -> other.restore(Snapshot.of(new int[65], List.of())));
                assertThrows(
                        InvalidRequest.class,
                        () -> other.restore(Snapshot.of(new int[] {TestModel.VOCABULARY}, List.of())));
            }
        }
    }

    @Test
    void aConversationGoesBackWithAllThatWasSaid() {
        try (TestModel test = TestModel.open(
                TestModel.limits(), ids -> TestModel.saying("yo", ids.length).apply(ids))) {
            try (Session session = test.model().session()) {
                session.generate(Request.chat(Message.user("a"))
                                .sampling(sampling().maxTokens(2)))
                        .await();
                Snapshot snapshot = session.snapshot();
                assertEquals(List.of(Message.user("a"), Message.assistant("yy")), snapshot.messages());
                session.generate(Request.chat(Message.user("b"))
                                .sampling(sampling().maxTokens(1)))
                        .await();
                session.restore(snapshot);
                session.generate(Request.chat(Message.user("c"))
                                .sampling(sampling().maxTokens(1)))
                        .await();
                assertEquals("<user>a<assistant>yy<user>c<assistant>y", new Bytes().decode(session.ids(), false));
                String message = assertThrows(InvalidRequest.class, () -> session.truncate(1))
                        .getMessage();
                assertTrue(message.contains("snapshot"), message);
            }
        }
    }

    @Test
    void aTurnThatRunsIsNotCutForkedOrLeft() {
        try (TestModel test = TestModel.open(TestModel.limits().buffer(1), TestModel::noise)) {
            Session session = test.model().session();
            Snapshot empty = session.snapshot();
            try (Generation generation =
                    session.generate(Request.ids(1).sampling(sampling().maxTokens(9)))) {
                assertThrows(InvalidRequest.class, session::fork);
                assertThrows(InvalidRequest.class, session::snapshot);
                assertThrows(InvalidRequest.class, () -> session.truncate(0));
                assertThrows(InvalidRequest.class, () -> session.restore(empty));
                assertEquals(9, generation.await().ids().length);
            }
            session.close();
            assertThrows(Closed.class, session::fork);
            assertThrows(Closed.class, session::snapshot);
            assertThrows(Closed.class, () -> session.truncate(0));
            assertThrows(Closed.class, () -> session.restore(empty));
        }
    }
}
