package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Session;
import org.tenon.api.model.Snapshot;
import org.tenon.api.model.Stepper;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.testing.primitive.PrimitiveProvider;

/** Caches of every kind are the same cache. */
@Timeout(120)
class CacheLawsTest {
    private static final int CONTEXT = 448;
    private static final int WINDOW = 40;
    private static final int CONTIGUOUS = 1 << 20;
    private static final int VOCABULARY = 50;

    /** F32 sums in another order: some 1e-6 of logits that are below 10. */
    private static final double ROUNDING = 1e-4;

    /** Layers that see all keys, a window, or some of each. */
    private static ModelSpec spec(String kind) {
        return Architecture.decoder(16, VOCABULARY)
                .context(CONTEXT)
                .norm(rmsNorm(1e-5))
                .layers(
                        2,
                        i -> block(
                                kind.equals("all") || (kind.equals("both") && i == 0)
                                        ? attention(2).rope(10_000)
                                        : attention(2).rope(10_000).window(WINDOW),
                                swiGlu(24)))
                .tiedHead()
                .build();
    }

    static Stream<Arguments> everyKindOnEveryBackend() {
        return Stream.of("cpu", "primitive")
                .flatMap(backend -> Stream.of("all", "window", "both").map(kind -> Arguments.of(backend, kind)));
    }

    private static <T> T on(String backend, String kind, Limits limits, Function<CausalModel, T> work) {
        Tenon.Builder builder = backend.equals("cpu")
                ? Tenon.builder().backend(backend)
                : Tenon.builder().backend(new PrimitiveProvider());
        try (Tenon tenon =
                        builder.limits(limits.sequences(3).rows(32).outputs(32)).open();
                CausalModel model = tenon.create(spec(kind), 7)) {
            return work.apply(model);
        }
    }

    private static Limits blocks(int size) {
        return Limits.defaults().blockSize(size);
    }

    private static int[] ids(int count, int number) {
        return new SplittableRandom(number).ints(count, 0, VOCABULARY).toArray();
    }

    /** The logits of every token, in chunks of so many. */
    private static float[][] logits(Stepper stepper, Stepper.Sequence sequence, int[] ids, int chunk) {
        List<float[]> all = new ArrayList<>();
        for (int from = 0; from < ids.length; from += chunk) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + chunk));
            all.addAll(List.of(stepper.step(List.of(Stepper.Chunk.of(sequence, part)))));
        }
        return all.toArray(float[][]::new);
    }

    private static float[][] logits(CausalModel model, int[] ids, int chunk) {
        try (Stepper stepper = model.stepper()) {
            return logits(stepper, stepper.open(), ids, chunk);
        }
    }

    private static void assertClose(float[][] expected, float[][] found) {
        assertEquals(expected.length, found.length);
        for (int row = 0; row < expected.length; row++) {
            for (int id = 0; id < VOCABULARY; id++) {
                assertEquals(expected[row][id], found[row][id], ROUNDING, "row " + row + ", id " + id);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyKindOnEveryBackend")
    void pagedAndRollingAreContiguousBitForBit(String backend, String kind) {
        int[] ids = ids(CONTEXT, 1);
        float[][] expected = on(backend, kind, blocks(CONTIGUOUS), model -> logits(model, ids, 23));
        for (int size : new int[] {64, 128}) {
            float[][] found = on(backend, kind, blocks(size), model -> logits(model, ids, 23));
            for (int row = 0; row < expected.length; row++) {
                assertArrayEquals(expected[row], found[row], "row " + row + " with blocks of " + size);
            }
        }
        assertClose(expected, on(backend, kind, blocks(16), model -> logits(model, ids, 23)));
        assertClose(expected, on(backend, kind, blocks(48), model -> logits(model, ids, 23)));
    }

    @ParameterizedTest
    @MethodSource("everyKindOnEveryBackend")
    void aGroupWithAWindowTakesNoMoreThanItNeeds(String backend, String kind) {
        long whole = on(
                backend,
                kind,
                blocks(CONTIGUOUS),
                model -> model.limits().cacheBytes().getAsLong());
        long parts = on(
                backend, kind, blocks(16), model -> model.limits().cacheBytes().getAsLong());
        int entries = (WINDOW - 1 + 32 + 255 + 15) / 16; // rows of a step, and what the beginning may lag behind
        long layer = whole / 2;
        long rolled = layer * entries * 16 / CONTEXT;
        long expected = switch (kind) {
            case "all" -> 2 * layer;
            case "both" -> layer + rolled;
            default -> 2 * rolled;
        };
        assertEquals(expected, parts);
    }

    @ParameterizedTest
    @MethodSource("everyKindOnEveryBackend")
    void chunksAreTheWhole(String backend, String kind) {
        int[] ids = ids(360, 2);
        on(backend, kind, blocks(64), model -> {
            float[][] expected = logits(model, ids, 32);
            assertClose(expected, logits(model, ids, 1));
            assertClose(expected, logits(model, ids, 7));
            return true;
        });
    }

    @ParameterizedTest
    @MethodSource("everyKindOnEveryBackend")
    void truncatingAndReplayingIsNeverHavingGoneThere(String backend, String kind) {
        int[] ids = ids(420, 3);
        on(backend, kind, blocks(16), model -> {
            float[][] expected = logits(model, ids, 20);
            try (Stepper stepper = model.stepper()) {
                Stepper.Sequence sequence = stepper.open();
                logits(stepper, sequence, ids, 20);
                for (int length : new int[] {415, 390, 270, 33, 0}) {
                    sequence.truncate(length);
                    logits(stepper, sequence, ids(15, length), 5); // elsewhere, and back again
                    sequence.truncate(length);
                    float[][] again = logits(stepper, sequence, Arrays.copyOfRange(ids, length, ids.length), 20);
                    assertClose(Arrays.copyOfRange(expected, length, ids.length), again);
                }
            }
            return true;
        });
    }

    private static Sampling greedy(int tokens) {
        return sampling().greedy().ignoreEndTokens().maxTokens(tokens);
    }

    private static int[] said(Session session, int[] ids, int tokens) {
        return session.generate(Request.ids(ids).sampling(greedy(tokens)))
                .await()
                .ids();
    }

    private static int[] alone(CausalModel model, int[] ids, int tokens) {
        return model.generate(Request.ids(ids).sampling(greedy(tokens))).await().ids();
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    @ParameterizedTest
    @MethodSource("everyKindOnEveryBackend")
    void sessionsForkAndGoBackAsIfEachHadSaidItAll(String backend, String kind) {
        on(backend, kind, blocks(16), model -> {
            try (Session session = model.session()) {
                int[] first = joined(ids(320, 4), said(session, ids(320, 4), 12));
                Snapshot snapshot = session.snapshot();
                try (Session other = session.fork()) {
                    int[] here = joined(first, ids(9, 5), said(session, ids(9, 5), 12));
                    int[] there = joined(first, ids(7, 6), said(other, ids(7, 6), 12));
                    assertArrayEquals(alone(model, joined(first, ids(9, 5)), 12), last(here, 12));
                    assertArrayEquals(alone(model, joined(first, ids(7, 6)), 12), last(there, 12));
                    assertArrayEquals(here, session.ids());
                    assertArrayEquals(there, other.ids());
                }
                session.truncate(50);
                int[] cut = joined(Arrays.copyOf(first, 50), ids(20, 8));
                assertArrayEquals(alone(model, cut, 12), said(session, ids(20, 8), 12));
                session.restore(snapshot);
                assertArrayEquals(first, session.ids());
                assertArrayEquals(alone(model, joined(first, ids(3, 9)), 12), said(session, ids(3, 9), 12));
                assertTrue(session.ids().length > first.length);
            }
            return true;
        });
    }

    private static int[] last(int[] ids, int count) {
        return Arrays.copyOfRange(ids, ids.length - count, ids.length);
    }
}
