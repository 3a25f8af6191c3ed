package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.Closed;
import org.tenon.api.model.Generation;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Overloaded;
import org.tenon.api.model.Request;
import org.tenon.api.model.Stepper;
import org.tenon.api.model.Stepper.Chunk;

@Timeout(20)
class StepperTest {
    private static float[] expected(int... ids) {
        return TestModel.noise(ids);
    }

    @Test
    void aRaggedStepGivesTheWantedLogitsInOrder() {
        try (TestModel test = TestModel.open();
                Stepper stepper = test.model().stepper()) {
            Stepper.Sequence one = stepper.open();
            Stepper.Sequence two = stepper.open();
            float[][] logits = stepper.step(
                    List.of(Chunk.of(one, 1, 2, 3), Chunk.of(two, 9, 8).outputs(1)));
            assertEquals(4, logits.length);
            assertArrayEquals(expected(1), logits[0]);
            assertArrayEquals(expected(1, 2), logits[1]);
            assertArrayEquals(expected(1, 2, 3), logits[2]);
            assertArrayEquals(expected(9, 8), logits[3]);
            float[][] next =
                    stepper.step(List.of(Chunk.of(two, 7), Chunk.of(one, 4).outputs(0)));
            assertEquals(1, next.length);
            assertArrayEquals(expected(9, 8, 7), next[0]);
            assertEquals(4, one.length());
            assertEquals(0, stepper.step(List.of()).length);
        }
    }

    @Test
    void truncatingGoesBackAsIfTheRestHadNeverBeen() {
        try (TestModel test = TestModel.open();
                Stepper stepper = test.model().stepper();
                Stepper.Sequence sequence = stepper.open()) {
            stepper.step(List.of(Chunk.of(sequence, 1, 2, 3, 4, 5)));
            sequence.truncate(2);
            assertEquals(2, sequence.length());
            assertArrayEquals(expected(1, 2, 9), stepper.step(List.of(Chunk.of(sequence, 9)))[0]);
            sequence.truncate(0);
            assertArrayEquals(expected(6), stepper.step(List.of(Chunk.of(sequence, 6)))[0]);
            assertThrows(InvalidRequest.class, () -> sequence.truncate(2));
            assertThrows(InvalidRequest.class, () -> sequence.truncate(-1));
        }
    }

    @Test
    void othersWaitWhileItIsOpenAndGoOnAfterwards() {
        try (TestModel test = TestModel.open()) {
            int[] prompt = TestModel.prompt(6, 3);
            Generation before = test.model()
                    .generate(Request.ids(prompt).sampling(sampling().maxTokens(40)));
            Generation during;
            try (Stepper stepper = test.model().stepper()) {
                during = test.model()
                        .generate(Request.ids(prompt).sampling(sampling().maxTokens(5)));
                for (int i = 0; i < 3; i++) { // takes all caches
                    assertArrayEquals(expected(i), stepper.step(List.of(Chunk.of(stepper.open(), i)))[0]);
                }
                assertFalse(during.finished());
            }
            int[] expected = TestModel.alone(prompt, 40, sampling().greedy(), 0);
            assertArrayEquals(expected, before.await().ids());
            assertArrayEquals(Arrays.copyOf(expected, 5), during.await().ids());
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndSaysWhy() {
        try (TestModel test = TestModel.open();
                Stepper stepper = test.model().stepper()) {
            Stepper.Sequence sequence = stepper.open();
            Stepper.Sequence gone = stepper.open();
            gone.close();
            gone.close();
            refused(stepper, "no-one", List.of(Chunk.of(gone, 1)), "of a sequence that this stepper has open");
            refused(stepper, "empty", List.of(Chunk.of(sequence)), "at least one token");
            refused(stepper, "rows", List.of(Chunk.of(sequence, new int[9])), "at most 8 rows, but has 9");
            refused(stepper, "id", List.of(Chunk.of(sequence, 0, -3)), "token 1 must be an id");
            refused(stepper, "twice", List.of(Chunk.of(sequence, 1), Chunk.of(sequence, 2)), "at most one chunk");
            for (int i = 0; i < 8; i++) {
                stepper.step(List.of(Chunk.of(sequence, new int[8]).outputs(0)));
            }
            refused(stepper, "context", List.of(Chunk.of(sequence, 1)), "context of 64 tokens, but would have 65");
            assertEquals(64, sequence.length());
            stepper.open();
            stepper.open();
            assertThrows(Overloaded.class, stepper::open);
            assertThrows(Overloaded.class, () -> test.model().stepper(), "a second one");
        }
    }

    private static void refused(Stepper stepper, String what, List<Chunk> chunks, String why) {
        String message = assertThrows(InvalidRequest.class, () -> stepper.step(chunks), what)
                .getMessage();
        assertTrue(message.contains(why), message);
    }

    @Test
    void aClosedOneIsOfNoUseAndLeavesRoomForTheNext() {
        TestModel test = TestModel.open();
        Stepper first = test.model().stepper();
        Stepper.Sequence sequence = first.open();
        first.close();
        first.close();
        sequence.close();
        assertThrows(Closed.class, () -> first.step(List.of()));
        assertThrows(Closed.class, first::open);
        Stepper second = test.model().stepper();
        test.close();
        assertThrows(Closed.class, () -> second.step(List.of(Chunk.of(second.open(), 1))));
        second.close();
        assertThrows(Closed.class, () -> test.model().stepper());
    }
}
