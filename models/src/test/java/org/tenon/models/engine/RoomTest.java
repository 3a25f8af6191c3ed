package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;

class RoomTest {
    private static final long GIB = 1L << 30;
    private static final long TOKEN = 32 << 10; // 16 layers of 8 heads of 64 in BF16

    private static Room room(Limits limits, int context, long free) {
        return Room.of(limits, context, 1 << 17, TOKEN, free);
    }

    @Test
    void aLongContextIsCutToAPartOfTheMemory() {
        Room room = room(Limits.defaults(), 131_072, 16 * GIB); // 2 GiB of caches: 65,536 tokens
        assertEquals(16_384, room.limits().context().getAsInt());
        assertEquals(4, room.limits().sequences().getAsInt());
        assertEquals(2 * GIB, room.limits().cacheBytes().getAsLong());
        assertEquals(16_384, room.bounds().blockSize());
        assertEquals(4, room.bounds().blocks());
        assertEquals(64, room.limits().outputs().getAsInt());
    }

    @Test
    void aShortContextIsTakenWholeAndManyTimes() {
        Room room = room(Limits.defaults(), 1000, 16 * GIB);
        assertEquals(1000, room.limits().context().getAsInt());
        assertEquals(16, room.limits().sequences().getAsInt());
        assertEquals(1024, room.bounds().blockSize(), "rounded up to whole chunks");
    }

    @Test
    void littleMemoryMakesAShortContext() {
        Room room = room(Limits.defaults(), 131_072, GIB / 4); // 2,048 tokens
        assertEquals(2048, room.limits().context().getAsInt());
        assertEquals(1, room.limits().sequences().getAsInt());
    }

    @Test
    void whatIsAskedForIsGivenBeyondTheUsualPart() {
        Room room = room(Limits.defaults().context(131_072), 131_072, 16 * GIB);
        assertEquals(131_072, room.limits().context().getAsInt());
        assertEquals(1, room.limits().sequences().getAsInt());
        Room many = room(Limits.defaults().sequences(100).context(512).rows(1).outputs(1), 4096, 16 * GIB);
        assertEquals(100, many.limits().sequences().getAsInt());
        assertEquals(100, many.limits().rows(), "each sequence may have a row");
        assertEquals(100, many.limits().outputs().getAsInt());
        assertEquals(
                4096,
                room(Limits.defaults().context(9999), 4096, 16 * GIB)
                        .limits()
                        .context()
                        .getAsInt());
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsAllocated() {
        String message = assertThrows(
                        InvalidRequest.class,
                        () -> room(Limits.defaults().sequences(64).context(16_384), 131_072, 16 * GIB))
                .getMessage();
        assertTrue(message.contains("64 sequences of 16384 tokens"), message);
        assertThrows(InvalidRequest.class, () -> room(Limits.defaults(), 4096, 1000));
        assertThrows(InvalidRequest.class, () -> room(Limits.defaults().cacheBytes(1000), 4096, GIB));
        assertThrows(
                InvalidRequest.class,
                () -> Room.of(Limits.defaults().sequences(1 << 20).context(1 << 20), 1 << 20, 8, 1, Long.MAX_VALUE));
    }
}
