package org.tenon.models.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
    @Test
    void theNumberAtAPositionIsThatOutputOfSplitMix() {
        // the JDK's SplittableRandom(seed) is SplitMix64 started at the seed, which here is the first output after 42
        SplittableRandom reference = new SplittableRandom(new SplittableRandom(42).nextLong());
        for (int position = 0; position < 1000; position++) {
            assertEquals(reference.nextLong(), CounterRandom.bits(42, position), "position " + position);
        }
    }

    @Test
    void neighbouringSeedsAndPositionsShareNoNumbers() {
        Set<Long> seen = new HashSet<>();
        for (long seed = -20; seed < 20; seed++) {
            for (long position = 0; position < 500; position++) {
                assertTrue(seen.add(CounterRandom.bits(seed, position)), seed + " at " + position);
            }
        }
    }

    @Test
    void numbersAreSpreadEvenlyBetweenZeroAndOne() {
        int[] tenths = new int[10];
        int draws = 100_000;
        for (int position = 0; position < draws; position++) {
            double number = CounterRandom.unit(7, position);
            assertTrue(number >= 0 && number < 1, "number " + number);
            tenths[(int) (number * 10)]++;
        }
        for (int count : tenths) {
            assertEquals(draws / 10.0, count, 5 * Math.sqrt(draws * 0.1 * 0.9)); // five sigma
        }
    }
}
