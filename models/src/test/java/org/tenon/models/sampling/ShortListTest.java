package org.tenon.models.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.TenonException;
import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Scores;

/** What is chosen from the best of a row is what the whole row would have given. */
class ShortListTest {
    private static final int BEST = 64;
    private static final int ROWS = 15;

    /** Kinds of rows. */
    enum Rows {
        PLAIN,
        PEAKED,
        FLAT,
        TIES,
        SAME,
        NEARLY_EMPTY,
        EMPTY,
        ZEROS,
        HUGE,
        SPECIAL;

        float[] row(int width, SplittableRandom random) {
            float[] row = new float[width];
            int one = random.nextInt(width);
            for (int id = 0; id < width; id++) {
                row[id] = (float)
                        switch (this) {
                            case PLAIN -> 3 * random.nextGaussian();
                            case PEAKED -> id == one ? 30 : random.nextGaussian();
                            case FLAT -> 1 + random.nextInt(3) * 0x1p-23;
                            case TIES -> random.nextInt(6);
                            case SAME -> -2.5;
                            case NEARLY_EMPTY ->
                                random.nextInt(50) == 0 ? random.nextGaussian() : Double.NEGATIVE_INFINITY;
                            case EMPTY -> Double.NEGATIVE_INFINITY;
                            case ZEROS -> random.nextBoolean() ? 0.0 : -0.0;
                            case HUGE -> random.nextGaussian() * 1e38;
                            case SPECIAL ->
                                switch (random.nextInt(3 * width)) {
                                    case 0 -> Double.NaN;
                                    case 1 -> Double.POSITIVE_INFINITY;
                                    case 2 -> Double.NEGATIVE_INFINITY;
                                    default -> random.nextGaussian();
                                };
                        };
            }
            return row;
        }
    }

    /** Settings of all kinds, whether they can be served or not. */
    private static List<Sampling> settings() {
        List<Sampling> filters = List.of(
                sampling().greedy(),
                sampling().drawn(),
                sampling().topK(1),
                sampling().topK(7),
                sampling().topK(50),
                sampling().topK(63),
                sampling().topK(64),
                sampling().topK(500),
                sampling().minP(0.05),
                sampling().minP(1),
                sampling().minP(1e-6),
                sampling().topP(0.9),
                sampling().topK(40).topP(0.9),
                sampling().topK(40).topP(0.3).minP(0.1),
                sampling().topP(0.8).minP(0.1),
                sampling().topK(20).repetitionPenalty(1.2),
                sampling().topK(20).logitBias(Map.of(0, 3.0)),
                sampling().topK(20).frequencyPenalty(0.5),
                sampling().topK(9).chain(List::reversed),
                sampling().temperature(0.7).minP(0.2).chain(List::reversed));
        return filters.stream()
                .flatMap(each -> Stream.of(
                        each,
                        each.temperature(0.6),
                        each.temperature(1e-4),
                        each.temperature(3),
                        each.temperature(1e39)))
                .toList();
    }

    /** Where a sequence is, so that each draws another number. */
    private record At(int length) implements History {
        @Override
        public int promptLength() {
            return 0;
        }

        @Override
        public int id(int position) {
            return 0;
        }

        @Override
        public int count(int id) {
            return id == 0 ? length : 0;
        }

        @Override
        public int distinct() {
            return 1;
        }

        @Override
        public int distinct(int index) {
            return 0;
        }
    }

    /** The best as the op orders them. */
    private static int[] best(float[] row) {
        return IntStream.range(0, row.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> row[id] + 0.0).reversed())
                .limit(BEST)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private interface Choice {
        int next();
    }

    private static String outcome(Choice choice) {
        try {
            return Integer.toString(choice.next());
        } catch (TenonException failure) {
            return failure.getMessage();
        }
    }

    /** Compares one choice; gives whether the list sufficed. One object for the scores serves all, as in the engine. */
    private static boolean agrees(SamplingChain chain, float[] row, Scores used, History history, String what) {
        int wanted = Math.min(chain.wanted(BEST), row.length);
        if (wanted == 0) {
            return false;
        }
        int[] ids = best(row);
        float[] logits = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            logits[i] = row[ids[i]];
        }
        String fromList = outcome(
                () -> chain.next(Arrays.copyOf(ids, wanted), Arrays.copyOf(logits, wanted), wanted, used, history));
        if (fromList.equals(Integer.toString(SamplingChain.UNCERTAIN))) {
            return false;
        }
        Scores fresh = new Scores(row.length);
        fresh.set(row);
        assertEquals(outcome(() -> chain.next(fresh, history)), fromList, what);
        return true;
    }

    @ParameterizedTest
    @EnumSource
    void aTokenFromTheListIsTheTokenFromTheRow(Rows kind) {
        SplittableRandom random = new SplittableRandom(kind.name().length());
        for (int width : new int[] {1, 3, 40, 64, 65, 300, 3000}) {
            Scores used = new Scores(width);
            for (int number = 0; number < ROWS; number++) {
                float[] row = kind.row(width, random);
                History history = new At(number);
                for (Sampling each : settings()) {
                    SamplingChain chain = SamplingChain.of(each, 5, Integer.MAX_VALUE);
                    agrees(chain, row, used, history, kind + " of " + width + ", " + each);
                    if (random.nextInt(3) == 0) { // rows and lists by turns
                        used.set(row);
                        outcome(() -> chain.next(used, history));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"greedy", "topK", "topK and topP", "minP", "temperature and topK"})
    void ordinaryRowsNeedNothingButTheList(String what) {
        Sampling settings = switch (what) {
            case "greedy" -> sampling().greedy();
            case "topK" -> sampling().topK(50);
            case "topK and topP" -> sampling().topK(20).topP(0.8);
            case "minP" -> sampling().minP(0.1);
            default -> sampling().temperature(0.7).topK(63);
        };
        SamplingChain chain = SamplingChain.of(settings, 5, Integer.MAX_VALUE);
        assertEquals(what.equals("greedy") ? 1 : BEST, chain.wanted(BEST));
        SplittableRandom random = new SplittableRandom(1);
        Scores used = new Scores(5000);
        for (int i = 0; i < ROWS; i++) {
            assertTrue(agrees(chain, Rows.PLAIN.row(5000, random), used, new At(i), what), what);
        }
    }

    @Test
    void whatChangesScoresOtherwiseSeesTheRow() {
        LogitsProcessor nothing = (scores, history) -> {};
        List<Sampling> others = List.of(
                sampling().drawn(),
                sampling().temperature(0.8),
                sampling().topP(0.9),
                sampling().topP(0.9).minP(0.1),
                sampling().topK(64),
                sampling().topK(20).temperature(1e39),
                sampling().topK(20).repetitionPenalty(1.1),
                sampling().topK(20).presencePenalty(1),
                sampling().topK(20).logitBias(Map.of(3, 1.0)),
                sampling().topK(20).forcedFirst(1),
                sampling().topK(20).chain(parts -> List.of(parts.getFirst(), nothing)),
                sampling().topK(20).chooser((scores, history) -> 0),
                sampling().greedy().logitBias(Map.of(3, 1.0)),
                sampling().greedy().repetitionPenalty(1.1),
                sampling().greedy().chain(parts -> List.of(nothing)),
                sampling().greedy().chooser((scores, history) -> 0));
        for (Sampling each : others) {
            assertEquals(0, SamplingChain.of(each, 5, 10).wanted(BEST), each.toString());
        }
        assertEquals(0, SamplingChain.of(sampling().greedy(), 5, 10).wanted(0), "where nobody looks for the best");
    }
}
