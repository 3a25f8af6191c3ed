package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.Request;
import org.tenon.api.model.Session;
import org.tenon.api.model.Stepper;

/** Sequences with states, alone and beside keys. The model keeps a sequence's ids as its state, so a wrong slot is another answer. */
@Timeout(30)
class StatesTest {
    private static final int SLOTS = 3;

    private static TestModel open(boolean keys) {
        Blocks.Group[] groups =
                keys ? new Blocks.Group[] {new Blocks.Group(Integer.MAX_VALUE, 10, 8)} : new Blocks.Group[0];
        return TestModel.open(
                TestModel.limits().sequences(4),
                new FakeComputation(TestModel::noise, SLOTS, 8, groups),
                Optional.empty());
    }

    private static int[] alone(int[] prompt, int tokens) {
        return TestModel.alone(prompt, tokens, sampling().greedy(), 0);
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void moreRequestsThanSlotsGetTheirTurns(boolean keys) {
        try (TestModel test = open(keys)) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                generations.add(test.model()
                        .generate(Request.ids(TestModel.prompt(10 + i, i))
                                .sampling(sampling().maxTokens(30))));
            }
            for (int i = 0; i < 8; i++) {
                assertArrayEquals(
                        alone(TestModel.prompt(10 + i, i), 30),
                        generations.get(i).await().ids(),
                        "request " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSessionGoesOnFromItsStateAndComputesAgainWhatItCut(boolean keys) {
        try (TestModel test = open(keys);
                Session session = test.model().session()) {
            int[] first = TestModel.prompt(12, 1);
            int[] more = TestModel.prompt(5, 2);
            int[] said = session.generate(Request.ids(first).sampling(sampling().maxTokens(4)))
                    .await()
                    .ids();
            var second = session.generate(Request.ids(more).sampling(sampling().maxTokens(4)))
                    .await();
            assertArrayEquals(alone(joined(first, said, more), 4), second.ids());
            assertEquals(
                    15, second.usage().cachedTokens(), "the last token of the first turn was still to be computed");
            session.truncate(9);
            var third = session.generate(Request.ids(more).sampling(sampling().maxTokens(4)))
                    .await();
            assertArrayEquals(alone(joined(Arrays.copyOf(first, 9), more), 4), third.ids());
            assertEquals(0, third.usage().cachedTokens(), "no state is kept of the middle");
        }
    }

    /** Three beams take all slots; where a session holds one, a beam waits for it and computes its own state again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void beamsForkTheirStates(boolean keys) {
        int[] prompt = TestModel.prompt(12, 3);
        Request request = Request.ids(prompt).sampling(sampling().maxTokens(20).endTokens(new int[0]));
        List<Hypothesis> expected;
        try (TestModel stateless = TestModel.open(
                TestModel.limits().sequences(4),
                new FakeComputation(TestModel::noise, 0, 8, new Blocks.Group(Integer.MAX_VALUE, 30, 8)),
                Optional.empty())) {
            expected = stateless.model().search(request, BeamSearch.of(3)).join();
        }
        try (TestModel test = open(keys);
                Session session = test.model().session()) {
            assertEquals(
                    expected, test.model().search(request, BeamSearch.of(3)).join(), "with a slot for each beam");
            session.generate(Request.ids(prompt).sampling(sampling().maxTokens(2)))
                    .await();
            assertEquals(
                    expected, test.model().search(request, BeamSearch.of(3)).join(), "beside a session");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStepperGoesBackAndOn(boolean keys) {
        try (TestModel test = open(keys);
                Stepper stepper = test.model().stepper()) {
            int[] ids = TestModel.prompt(20, 1);
            Stepper.Sequence sequence = stepper.open();
            for (int from = 0; from < 20; from += 4) {
                float[][] logits =
                        stepper.step(List.of(Stepper.Chunk.of(sequence, Arrays.copyOfRange(ids, from, from + 4))));
                int length = from;
                IntStream.range(0, 4)
                        .forEach(
                                i -> assertArrayEquals(TestModel.noise(Arrays.copyOf(ids, length + i + 1)), logits[i]));
            }
            sequence.truncate(13);
            float[][] again = stepper.step(List.of(Stepper.Chunk.of(sequence, 7)));
            assertArrayEquals(TestModel.noise(joined(Arrays.copyOf(ids, 13), new int[] {7})), again[0]);
            assertTrue(test.computation().steps() > 6, "the first 13 ids were computed again");
        }
    }
}
