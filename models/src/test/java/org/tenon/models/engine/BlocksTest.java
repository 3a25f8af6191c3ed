package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who holds which block, with ids that stand for keys. */
class BlocksTest {
    private static final int SIZE = 16;
    private static final Blocks.Group ALL = new Blocks.Group(Integer.MAX_VALUE, 10, 8);

    private final List<String> cleared = new ArrayList<>();

    private Blocks blocks(Blocks.Group... groups) {
        return new Blocks(
                SIZE,
                List.of(groups),
                0,
                true,
                (group, block, positions) -> cleared.add(group + ":" + block + ":" + positions));
    }

    private static int[] ids(int count, int number) {
        return new SplittableRandom(number).ints(count, 0, 5).toArray();
    }

    /** Takes a sequence through all that the engine does with one. */
    private static CachedSequence computed(Blocks blocks, int... ids) {
        CachedSequence sequence = blocks.sequence();
        assertTrue(compute(blocks, sequence, ids));
        return sequence;
    }

    private static boolean compute(Blocks blocks, CachedSequence sequence, int... ids) {
        blocks.adopt(sequence, ids, ids.length, Math.min(sequence.common(ids), ids.length - 1));
        if (!blocks.reserve(sequence, ids.length)) {
            return false;
        }
        sequence.become(ids);
        sequence.computed(sequence.pending());
        blocks.enter(sequence);
        return true;
    }

    private static int[] held(CachedSequence sequence) {
        int[] held = new int[sequence.table(0).count()];
        Arrays.setAll(held, sequence.table(0)::block);
        return held;
    }

    @Test
    void aSequenceThatBeginsLikeAnotherHoldsItsFullBlocks() {
        Blocks blocks = blocks(ALL);
        CachedSequence first = computed(blocks, ids(50, 1));
        CachedSequence second = blocks.sequence();
        int[] longer = Arrays.copyOf(ids(50, 1), 60);
        blocks.adopt(second, longer, 60, 0);
        assertEquals(48, second.cached(), "three full blocks");
        assertTrue(blocks.reserve(second, 60));
        assertEquals(10 - 4 - 1, blocks.available(0));
        for (int i = 0; i < 3; i++) {
            assertEquals(first.table(0).block(i), second.table(0).block(i));
        }
        assertNotEquals(first.table(0).block(3), second.table(0).block(3));
        blocks.release(first);
        assertEquals(10 - 4, blocks.available(0), "the second still holds four");
    }

    @Test
    void theLastIdIsComputedInAnyCase() {
        Blocks blocks = blocks(ALL);
        computed(blocks, ids(48, 1));
        CachedSequence same = blocks.sequence();
        blocks.adopt(same, ids(48, 1), 48, 0);
        assertEquals(32, same.cached(), "the third block holds the last id");
    }

    @Test
    void equalIdsAfterAnotherBeginningAreAnotherBlock() {
        Blocks blocks = blocks(ALL);
        int[] one = ids(33, 1);
        int[] other = one.clone();
        other[3]++;
        computed(blocks, one);
        CachedSequence second = blocks.sequence();
        blocks.adopt(second, other, 33, 0);
        assertEquals(0, second.cached(), "the second block has the same ids, and other keys");
    }

    @Test
    void contentsAreKeptUntilTheirRoomIsNeededTheOldestFirst() {
        Blocks blocks = blocks(ALL);
        blocks.release(computed(blocks, ids(65, 1))); // 4 full blocks and one that isn't
        blocks.release(computed(blocks, ids(65, 2)));
        assertEquals(10, blocks.available(0));
        CachedSequence third =
                computed(blocks, ids(49, 3)); // the two that weren't full, and the end of the first sequence
        CachedSequence again = blocks.sequence();
        blocks.adopt(again, ids(65, 1), 65, 0);
        assertEquals(32, again.cached(), "what comes last is forgotten first");
        blocks.release(again);
        blocks.adopt(again, ids(65, 2), 65, 0);
        assertEquals(64, again.cached());
        assertEquals(2, blocks.available(0), "two of the first sequence are kept");
        blocks.release(third);
    }

    @Test
    void whoGoesBackIntoASharedBlockLeavesItToTheOthers() {
        Blocks blocks = blocks(ALL);
        int[] ids = ids(40, 1);
        CachedSequence first = computed(blocks, ids);
        CachedSequence second = computed(blocks, ids);
        assertEquals(first.table(0).block(1), second.table(0).block(1));
        blocks.trim(second, 20);
        assertEquals(16, second.cached(), "the rows of the second block are computed again");
        assertTrue(compute(blocks, second, joined(Arrays.copyOf(ids, 16), ids(30, 2))));
        assertNotEquals(first.table(0).block(1), second.table(0).block(1));
        blocks.trim(first, 20);
        assertEquals(20, first.cached(), "nobody else holds it any more");
        CachedSequence third = blocks.sequence();
        blocks.adopt(third, ids, 40, 0);
        assertEquals(16, third.cached(), "what may be written is found no more");
    }

    private static int[] joined(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void aBlockIsClearedAsFarAsItWasWrittenBeforeSomebodyElseHasIt() {
        Blocks blocks = blocks(new Blocks.Group(Integer.MAX_VALUE, 2, 2));
        CachedSequence first = computed(blocks, ids(20, 1));
        assertEquals(List.of(), cleared, "new blocks are zero");
        int[] held = held(first);
        blocks.release(first);
        computed(blocks, ids(30, 2));
        assertEquals(List.of("0:" + held[1] + ":4", "0:" + held[0] + ":16"), cleared);
    }

    @Test
    void allOrNothingIsReserved() {
        Blocks blocks = blocks(ALL, new Blocks.Group(10, 2, 2));
        CachedSequence first = blocks.sequence();
        assertTrue(blocks.reserve(first, 100));
        CachedSequence second = blocks.sequence();
        assertFalse(blocks.reserve(second, 10), "the second group has none left");
        assertEquals(3, blocks.available(0));
        assertEquals(0, blocks.available(1));
        assertEquals(0, second.table(0).count());
    }

    @Test
    void whatHasLeftTheWindowComesBackAsTheNewest() {
        int entries = 21; // 10 - 1 + 64 + 255 positions
        Blocks blocks = blocks(new Blocks.Group(10, entries, entries));
        CachedSequence sequence = blocks.sequence();
        int most = 0;
        for (int position = 0; position < 5000; position += 50) {
            assertTrue(blocks.reserve(sequence, position + 50), "at " + position);
            for (int i = 0; i < 50; i++) {
                sequence.append(i);
            }
            BlockTable table = sequence.table(0);
            assertTrue(table.base() <= Math.max(0, position - 9), "keys that are seen are there");
            assertEquals(0, table.base() % 256);
            assertTrue(table.base() + table.count() * SIZE >= position + 50);
            assertEquals(
                    table.count(),
                    Arrays.stream(held(sequence)).distinct().count(),
                    "a block has one place in the table");
            most = Math.max(most, table.count());
            sequence.computed(50);
        }
        assertTrue(most > 16, "the window has moved within the blocks");
        assertEquals(entries, blocks.available(0) + sequence.table(0).count());
        blocks.trim(sequence, 4995);
        assertEquals(4995, sequence.cached(), "the window before it is still there");
        blocks.trim(sequence, 4000);
        assertEquals(0, sequence.cached(), "what the window left behind is gone, so all is computed again");
        assertEquals(entries, blocks.available(0));
    }

    @Test
    void nothingIsSharedWhereAGroupHasAWindowOrSharingIsOff() {
        Blocks windowed = blocks(ALL, new Blocks.Group(200, 10, 8));
        computed(windowed, ids(50, 1));
        CachedSequence second = windowed.sequence();
        windowed.adopt(second, ids(50, 1), 50, 0);
        assertEquals(0, second.cached());
        Blocks alone = new Blocks(SIZE, List.of(ALL), 0, false, (group, block, positions) -> {});
        computed(alone, ids(50, 1));
        CachedSequence third = alone.sequence();
        alone.adopt(third, ids(50, 1), 50, 0);
        assertEquals(0, third.cached());
    }

    /** Few ids and few blocks, so that beginnings are often equal and room is short; the keys in the blocks are checked by their ids. */
    @Test
    void whateverHappensEverySequenceFindsItsOwnKeys() {
        Blocks blocks = blocks(new Blocks.Group(Integer.MAX_VALUE, 24, 8));
        int[] keys = new int[24 * SIZE]; // id + 1
        SplittableRandom random = new SplittableRandom(5);
        List<CachedSequence> sequences = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sequences.add(blocks.sequence());
        }
        int reused = 0;
        for (int turn = 0; turn < 20_000; turn++) {
            CachedSequence sequence = sequences.get(random.nextInt(sequences.size()));
            if (random.nextInt(4) == 0) {
                blocks.release(sequence);
            } else if (random.nextInt(3) == 0 && sequence.length() > 1) {
                blocks.trim(sequence, random.nextInt(sequence.length()));
            }
            int[] ids = random.ints(1 + random.nextInt(120), 0, random.nextInt(8) == 0 ? 2 : 1)
                    .toArray();
            blocks.adopt(sequence, ids, ids.length, Math.min(sequence.common(ids), ids.length - 1));
            if (!blocks.reserve(sequence, ids.length)) {
                blocks.release(sequence);
                continue;
            }
            sequence.become(ids);
            reused += sequence.cached();
            BlockTable table = sequence.table(0);
            for (int position = 0; position < ids.length; position++) {
                int slot = table.block(position / SIZE) * SIZE + position % SIZE;
                if (position < sequence.cached()) {
                    assertEquals(keys[slot], ids[position] + 1, "position " + position + " in turn " + turn);
                }
                keys[slot] = ids[position] + 1;
            }
            for (CachedSequence other : sequences) {
                for (int position = 0; position < other.cached(); position++) {
                    int slot = other.table(0).block(position / SIZE) * SIZE + position % SIZE;
                    assertEquals(other.id(position) + 1, keys[slot], "another's key was written over");
                }
            }
            sequence.computed(sequence.pending());
            blocks.enter(sequence);
        }
        sequences.forEach(blocks::release);
        assertEquals(24, blocks.available(0), "no block was lost");
        assertTrue(reused > 100_000, "little was shared, so little was tested: " + reused);
    }

    @Test
    void aSequenceHoldsASlotFromItsFirstIdToItsRelease() {
        Blocks blocks = new Blocks(SIZE, List.of(), 2, true, (group, block, positions) -> {});
        CachedSequence first = computed(blocks, ids(40, 1));
        CachedSequence second = computed(blocks, ids(40, 1));
        assertEquals(0, first.slot());
        assertEquals(1, second.slot());
        assertEquals(40, second.cached());
        CachedSequence third = blocks.sequence();
        assertFalse(compute(blocks, third, ids(3, 2)), "there are two slots");
        blocks.release(first);
        assertEquals(CachedSequence.NONE, first.slot());
        assertTrue(compute(blocks, third, ids(3, 2)));
        assertEquals(0, third.slot());
    }

    @Test
    void aStateIsKeptAtItsEndAndNowhereElse() {
        Blocks blocks = new Blocks(SIZE, List.of(ALL), 1, true, (group, block, positions) -> {});
        CachedSequence sequence = computed(blocks, ids(40, 1));
        blocks.trim(sequence, 40);
        assertEquals(40, sequence.cached());
        blocks.trim(sequence, 39);
        assertEquals(0, sequence.cached(), "the state after 39 ids is gone");
        assertEquals(10, blocks.available(0));
        assertEquals(CachedSequence.NONE, sequence.slot());
    }
}
