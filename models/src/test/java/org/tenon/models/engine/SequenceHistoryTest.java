package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequenceHistoryTest {
    @Test
    void countsWhatComesBeforeAndAfterItWasFirstAsked() {
        SplittableRandom random = new SplittableRandom(1);
        CachedSequence sequence = new CachedSequence(new BlockTable[0]);
        SequenceHistory history = new SequenceHistory(sequence, 3);
        Map<Integer, Integer> expected = new HashMap<>();
        for (int i = 0; i < 5000; i++) {
            int id = random.nextInt(4) == 0 ? random.nextInt() >>> 1 : random.nextInt(50);
            sequence.append(id);
            expected.merge(id, 1, Integer::sum);
            if (i % 100 == 7) {
                expected.forEach((each, count) -> assertEquals(count, history.count(each)));
                assertEquals(expected.size(), history.distinct());
                assertEquals(0, history.count(1_000));
            }
        }
        Map<Integer, Integer> found = new HashMap<>();
        for (int i = 0; i < history.distinct(); i++) {
            found.put(history.distinct(i), history.count(history.distinct(i)));
        }
        assertEquals(expected, found);
        assertEquals(5000, history.length());
        assertEquals(3, history.promptLength());
        assertEquals(sequence.id(77), history.id(77));
    }
}
