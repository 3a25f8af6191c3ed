package org.tenon.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Storage;

/** On the first device of this machine; not run where there is none. */
class OpenClProviderTest {
    private final OpenClProvider provider = new OpenClProvider();

    @BeforeEach
    void present() {
        Presence presence = provider.presence();
        assumeTrue(presence.available(), presence::detail);
    }

    private Device device() {
        return provider.devices().getFirst();
    }

    @Test
    void devicesHaveIdsOfTheirOwnAndSayWhichKernelsTheyRun() {
        List<Device> devices = provider.devices();
        assertFalse(devices.isEmpty());
        for (int i = 0; i < devices.size(); i++) {
            assertEquals(Integer.toString(i), devices.get(i).id());
            assertTrue(devices.get(i).memoryBytes() > 0);
            assertTrue(devices.get(i).tiers().getFirst().name().contains("work-groups"), devices::toString);
        }
    }

    @Test
    void aProcessorStandsBelowTheBackendThatIsMadeForIt() {
        int ofTheProcessorsOwn = 100;
        for (Device device : provider.devices()) {
            assertNotEquals(ofTheProcessorsOwn, provider.rankOf(device));
            assertEquals(
                    device.tiers().getFirst().name().endsWith("of one"), provider.rankOf(device) < ofTheProcessorsOwn);
        }
    }

    @Test
    void kernelsAreCutForGpusWhereSomebodyAsksForIt() {
        Device device = new OpenClProvider(Variant.GPU).devices().getFirst();
        assertTrue(device.tiers().getFirst().name().endsWith("with local memory"), device::toString);
        assertTrue(device.tiers().getFirst().presence().detail().contains("it reports"), device::toString);
        assertEquals(Optional.of(Variant.GPU), Variant.named("gpu"));
        assertEquals(Optional.of(Variant.PROCESSOR), Variant.named("processor"));
        assertEquals(Optional.empty(), Variant.named(null));
        TenonException refused = assertThrows(TenonException.class, () -> Variant.named("fpga"));
        assertTrue(refused.getMessage().contains("say processor or gpu"), refused::getMessage);
    }

    @Test
    void precisionThatThereIsNotIsRefused() {
        Refused refused = assertThrows(Refused.class, () -> provider.open(device(), Numerics.of(DType.I32)));
        assertTrue(refused.getMessage().contains("I32"), refused.getMessage());
    }

    @Test
    void bytesGoThereAndBackByEveryWay() {
        byte[] bytes = new byte[3 << 20];
        new SplittableRandom(7).nextBytes(bytes);
        try (Backend backend = provider.open(device(), Numerics.F32);
                Storage first = backend.memory().allocate(bytes.length);
                Storage second = backend.memory().allocate(bytes.length + 5)) {
            MemorySegment heap = MemorySegment.ofArray(bytes.clone());
            backend.queue().upload(heap, first, 0, bytes.length);
            heap.fill((byte) 0); // the source may change at once
            for (int i = 0; i < 3000; i++) { // more than are staged at once
                backend.queue().upload(MemorySegment.ofArray(bytes).asSlice(i * 700L), first, i * 700L, 700);
            }
            backend.queue().copy(first, 0, second, 5, bytes.length);
            backend.queue().clear(second, 0, 7);
            byte[] back = new byte[bytes.length];
            backend.queue().download(second, 5, MemorySegment.ofArray(back), back.length);
            assertEquals(0, back[0]);
            assertEquals(0, back[1]);
            back[0] = bytes[0];
            back[1] = bytes[1];
            assertEquals(-1, Arrays.mismatch(bytes, back));
        }
    }

    @Test
    void tooMuchMemoryIsRefusedAndWhatIsThereStays() {
        try (Backend backend = provider.open(device(), Numerics.F32);
                Storage kept = backend.memory().allocate(64)) {
            long before = backend.memory().limits().available();
            long total = backend.memory().limits().total();
            assertThrows(OutOfDeviceMemory.class, () -> backend.memory().allocate(Long.MAX_VALUE));
            assertThrows(OutOfDeviceMemory.class, () -> backend.memory().allocate(total));
            assertEquals(before, backend.memory().limits().available());
            byte[] one = {1};
            backend.queue().upload(MemorySegment.ofArray(one), kept, 63, 1);
            backend.queue().download(kept, 62, MemorySegment.ofArray(new byte[2]), 2);
        }
    }
}
