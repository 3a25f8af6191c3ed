package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.LayerMemory.Reach;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.tensor.Axis;
import org.tenon.models.assembly.Network;

class RoomTest {
    private static final long GIB = 1L << 30;
    private static final long TOKEN = 32 << 10; // 16 layers of 8 heads of 64 in BF16
    private static final KeyGroup ALL = new KeyGroup(Axis.TOKENS, Reach.ALL);
    private static final KeyGroup WINDOW = new KeyGroup(Axis.TOKENS, new Reach(1000));

    private static Room room(Limits limits, int context, long free) {
        return Room.of(limits, context, 1 << 17, Map.of(ALL, TOKEN), 0, free);
    }

    @Test
    void aLongContextIsCutToAPartOfTheMemoryThatManyShare() {
        Room room = room(Limits.defaults(), 131_072, 16 * GIB); // 2 GiB of caches: 65,536 tokens
        assertEquals(16_384, room.limits().context().getAsInt());
        assertEquals(16, room.limits().sequences().getAsInt());
        assertEquals(2 * GIB, room.limits().cacheBytes().getAsLong());
        assertEquals(64, room.bounds().blockSize());
        assertEquals(new Network.Cache(1024, 256), room.bounds().cache(ALL));
        assertEquals(64, room.limits().outputs().getAsInt());
    }

    @Test
    void aShortContextIsTakenWholeAndManyTimes() {
        Room room = room(Limits.defaults(), 1000, 16 * GIB);
        assertEquals(1000, room.limits().context().getAsInt());
        assertEquals(16, room.limits().sequences().getAsInt());
        assertEquals(new Network.Cache(16 * 16, 16), room.bounds().cache(ALL), "no more than all can have");
        assertEquals(16 * 16 * 64 * TOKEN, room.limits().cacheBytes().getAsLong());
    }

    @Test
    void littleMemoryMakesAShortContext() {
        Room room = room(Limits.defaults(), 131_072, GIB / 4); // 2,048 tokens
        assertEquals(2048, room.limits().context().getAsInt());
        assertEquals(16, room.limits().sequences().getAsInt());
        assertEquals(new Network.Cache(32, 32), room.bounds().cache(ALL));
    }

    @Test
    void whatIsAskedForIsGivenBeyondTheUsualPart() {
        Room room = room(Limits.defaults().context(131_072), 131_072, 16 * GIB);
        assertEquals(131_072, room.limits().context().getAsInt());
        assertEquals(4 * GIB, room.limits().cacheBytes().getAsLong(), "one whole sequence");
        Room many = room(Limits.defaults().sequences(100).context(512).rows(1).outputs(1), 4096, 16 * GIB);
        assertEquals(100, many.limits().sequences().getAsInt());
        assertEquals(100, many.limits().rows(), "each sequence may have a row");
        assertEquals(100, many.limits().outputs().getAsInt());
        assertEquals(800, many.bounds().cache(ALL).blocks());
        assertEquals(
                4096,
                room(Limits.defaults().context(9999), 4096, 16 * GIB)
                        .limits()
                        .context()
                        .getAsInt());
    }

    @Test
    void cachesKeepWithinTheBytesThatAreGiven() {
        long given = 1_000_000_000;
        Room room = room(Limits.defaults().cacheBytes(given), 131_072, 16 * GIB);
        long taken = room.limits().cacheBytes().getAsLong();
        assertEquals(room.bounds().cache(ALL).blocks() * 64L * TOKEN, taken);
        assertTrue(taken <= given && given - taken < 64 * TOKEN, () -> taken + " of " + given);
    }

    @Test
    void aBlockAsLongAsTheContextMakesAContiguousCache() {
        Room room = room(Limits.defaults().blockSize(1 << 20), 131_072, 16 * GIB);
        assertEquals(16_384, room.bounds().blockSize());
        assertEquals(16_384, room.limits().blockSize());
        assertEquals(new Network.Cache(4, 1), room.bounds().cache(ALL));
        assertEquals(4, room.limits().sequences().getAsInt(), "each takes its block whole");
        assertEquals(
                1024,
                room(Limits.defaults().blockSize(4096), 1000, 16 * GIB).bounds().blockSize(),
                "rounded up to whole chunks");
    }

    @Test
    void aGroupWithAWindowHasBlocksForTheWindowAndAStep() {
        Limits limits = Limits.defaults().sequences(4).rows(256).blockSize(16);
        Room room = Room.of(limits, 8192, 1000, Map.of(ALL, 100L, WINDOW, 300L), 0, 16 * GIB);
        assertEquals(new Network.Cache(4 * 512, 512), room.bounds().cache(ALL));
        int entries = (999 + 256 + 255 + 15) / 16; // 255: the table's beginning stays at multiples of 256
        assertEquals(new Network.Cache(4 * entries, entries), room.bounds().cache(WINDOW));
        assertEquals(
                4L * (512 * 100 + entries * 300) * 16,
                room.limits().cacheBytes().getAsLong());
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsAllocated() {
        String message = assertThrows(
                        InvalidRequest.class, () -> room(Limits.defaults().context(131_072), 131_072, 2 * GIB))
                .getMessage();
        assertTrue(message.contains("a sequence of 131072 tokens"), message);
        assertThrows(InvalidRequest.class, () -> room(Limits.defaults(), 4096, 1000));
        assertThrows(InvalidRequest.class, () -> room(Limits.defaults().cacheBytes(1000), 4096, GIB));
    }

    @Test
    void blocksAreNoMoreThanAnIntCanCountTheirPositions() {
        Limits limits = Limits.defaults().sequences(1 << 20).context(1 << 20).cacheBytes(Long.MAX_VALUE);
        Network.Bounds bounds =
                Room.of(limits, 1 << 20, 8, Map.of(ALL, 1L), 0, Long.MAX_VALUE).bounds();
        assertEquals(Integer.MAX_VALUE / 64, bounds.cache(ALL).blocks());
    }

    @Test
    void statesAloneTakeASlotForEachSequenceHoweverLong() {
        Room room = Room.of(Limits.defaults(), 1 << 20, 1000, Map.of(), 100 << 20, 16 * GIB);
        assertEquals(16, room.bounds().slots());
        assertEquals(16, room.limits().sequences().getAsInt());
        assertEquals(1 << 20, room.limits().context().getAsInt());
        assertEquals(16L * (100 << 20), room.limits().cacheBytes().getAsLong());
        Room large = Room.of(Limits.defaults(), 1 << 20, 1000, Map.of(), 300 << 20, 16 * GIB);
        assertEquals(6, large.bounds().slots(), "2 GiB hold no more");
        assertEquals(6, large.limits().sequences().getAsInt());
        assertThrows(InvalidRequest.class, () -> Room.of(Limits.defaults(), 4096, 1000, Map.of(), GIB, GIB - 1));
    }

    @Test
    void statesTakeHalfOfTheRoomThatTheyShareWithKeys() {
        Room room = Room.of(Limits.defaults(), 131_072, 1000, Map.of(ALL, TOKEN), 100 << 20, 16 * GIB);
        assertEquals(10, room.bounds().slots());
        assertEquals(10, room.limits().sequences().getAsInt());
        long taken = room.limits().cacheBytes().getAsLong();
        assertTrue(taken <= 2 * GIB && taken > 2 * GIB - 64 * TOKEN, () -> "bytes: " + taken);
        int context = 30_000;
        long given = 469L * 64 * TOKEN + (250 << 20); // a whole sequence of keys, and two states and a half
        Room tight = Room.of(
                Limits.defaults().context(context).cacheBytes(given),
                131_072,
                1000,
                Map.of(ALL, TOKEN),
                100 << 20,
                16 * GIB);
        assertEquals(2, tight.bounds().slots());
        assertEquals(context, tight.limits().context().getAsInt());
        assertTrue(tight.limits().cacheBytes().getAsLong() <= given);
    }
}
