package org.tenon.api.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScoresTest {
    private static final float OUT = Float.NEGATIVE_INFINITY;

    /** The series of the exponential is exact to 7e-11; beside it sums of F64 are. */
    private static final double SERIES = 1e-10;

    static List<float[]> rows() {
        Random random = new Random(5);
        float[] wide = new float[70_001];
        float[] ties = new float[1_000];
        float[] far = new float[513];
        for (int id = 0; id < wide.length; id++) {
            wide[id] = id % 7 == 3 ? OUT : (float) random.nextGaussian() * 3;
        }
        for (int id = 0; id < ties.length; id++) {
            ties[id] = random.nextInt(5) - 2 == 0 ? -0f : random.nextInt(3);
        }
        for (int id = 0; id < far.length; id++) {
            far[id] = id == 400 ? 3e38f : -id * 1e3f;
        }
        return List.of(
                wide,
                ties,
                far,
                new float[] {2},
                new float[] {OUT, 1, OUT},
                new float[] {-3e38f, 3e38f},
                new float[256]);
    }

    private static Scores scores(float[] row) {
        Scores scores = new Scores(row.length);
        scores.set(row);
        return scores;
    }

    /** The candidates, best first, lowest id first among equals. */
    private static int[] order(float[] row) {
        return IntStream.range(0, row.length)
                .filter(id -> row[id] != OUT)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> -(row[id] + 0.0))
                        .thenComparing(id -> id))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theBestComeInOrder(float[] row) {
        Scores scores = scores(row);
        scores.rank();
        int[] order = order(row);
        for (int id : order) {
            assertEquals(id, scores.nextBest());
        }
        assertEquals(-1, scores.nextBest());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatIsNotGivenCanBeTakenOut(float[] row) {
        int[] order = order(row);
        for (int kept : new int[] {0, 1, order.length / 3, order.length}) {
            Scores scores = scores(row);
            scores.rank();
            for (int i = 0; i < kept; i++) {
                scores.nextBest();
            }
            scores.removeRest();
            assertCandidates(Arrays.copyOf(order, kept), scores);
        }
    }

    private static void assertCandidates(int[] expected, Scores scores) {
        int[] sorted = expected.clone();
        Arrays.sort(sorted);
        assertArrayEquals(
                sorted,
                IntStream.range(0, scores.candidates()).map(scores::candidate).toArray());
        assertEquals(
                sorted.length,
                IntStream.range(0, scores.vocabulary())
                        .filter(id -> scores.get(id) != OUT)
                        .count());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void thoseOfTheMostWeightArePassedOver(float[] row) {
        int[] order = order(row);
        for (double share : new double[] {0.01, 0.5, 0.95}) {
            Scores scores = scores(row);
            double total = scores.weigh();
            double mass = share * total;
            double passed = scores.rankBeyond(mass);
            assertTrue(passed < mass, passed + " of " + mass);
            double sum = passed;
            int given = 0;
            while (sum < mass && given < order.length) {
                int id = scores.nextBest();
                if (id < 0) {
                    break;
                }
                sum += Math.exp((double) row[id] - row[order[0]]);
                given++;
            }
            assertTrue(sum >= mass * (1 - SERIES), sum + " of " + mass);
            scores.removeRest();
            double reference = 0;
            int least = 0;
            while (least < order.length && reference < mass * (1 - SERIES)) {
                reference += Math.exp((double) row[order[least++]] - row[order[0]]);
            }
            assertEquals(least, scores.candidates(), share + " of " + total);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void weightsAreThoseOfTheSoftmax(float[] row) {
        int[] order = order(row);
        double expected = 0;
        for (int id : order) {
            expected += Math.exp((double) row[id] - row[order[0]]);
        }
        Scores scores = scores(row);
        assertEquals(expected, scores.weigh(), expected * SERIES);
        double before = 0;
        for (int id = 0; id < row.length; id++) {
            double weight = row[id] == OUT ? 0 : Math.exp((double) row[id] - row[order[0]]);
            if (weight > 1e-6) { // lighter ones are hard to hit
                assertEquals(id, scores.at(before + weight / 2));
            }
            before += weight;
        }
        assertTrue(row[scores.at(expected * 2)] != OUT, "beyond the sum it is one of the last");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void fewCandidatesWeighTheSameAsAmongAll(float[] row) {
        int[] order = order(row);
        int kept = Math.max(1, row.length / 40);
        Scores scores = scores(row);
        scores.removeBelow(row[order[Math.min(kept, order.length) - 1]]);
        double few = scores.weigh();
        Scores all = scores(scores.toArray());
        assertEquals(all.weigh(), few, few * SERIES);
        assertEquals(all.at(few / 2), scores.at(few / 2));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void anIdThatComesBackIsACandidate(float[] row) {
        Scores scores = scores(row);
        scores.removeBelow(Float.MAX_VALUE);
        scores.set(0, 7);
        assertCandidates(order(scores.toArray()), scores);
        assertTrue(scores.candidates() >= 1);
        assertEquals(scores.largest(), scores.get(order(scores.toArray())[0]));
    }

    /** Rows by turns, whole and of the best alone, in one object: nothing stays of the one before. */
    @Test
    void aRowOfWhichAFewIdsAreKnownIsOneWithoutTheOthers() {
        Random random = new Random(11);
        Scores used = new Scores(700);
        for (int turn = 0; turn < 200; turn++) {
            float[] row = new float[700];
            Arrays.fill(row, OUT);
            int[] ids =
                    random.ints(0, 700).distinct().limit(1 + random.nextInt(90)).toArray();
            float[] logits = new float[ids.length];
            for (int i = 0; i < ids.length; i++) {
                logits[i] = random.nextInt(9) == 0 ? OUT : random.nextInt(7);
                row[ids[i]] = logits[i];
            }
            used.set(ids, logits, ids.length);
            if (random.nextBoolean()) {
                used.divide(0.5f);
                for (int id = 0; id < row.length; id++) {
                    row[id] /= 0.5f;
                }
            }
            int[] order = order(row);
            assertEquals(order.length == 0 ? OUT : row[order[0]], used.largest());
            assertEquals(order.length, used.candidates());
            assertArrayEquals(row, used.toArray());
            used.rank();
            for (int id : order) {
                assertEquals(id, used.nextBest());
            }
            assertEquals(-1, used.nextBest());
            if (turn % 3 == 0) {
                used.removeBelow(3);
            } else if (turn % 3 == 1) {
                used.set(new float[700]);
            }
        }
    }
}
