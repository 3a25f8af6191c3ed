package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Roof;
import org.tenon.api.tensor.DType;
import org.tenon.backend.cpu.ffi.NativeKernels;

class CpuRoofTest {
    private static final List<Roof.Product> PRODUCTS = List.of(new Roof.Product(64, 512, 512, DType.BF16, DType.BF16));

    /** No memory in use today reads less than a tenth of a gigabyte a second, nor any machine a petabyte. */
    @Test
    void theRoofIsMeasuredWhereTheCKernelsAre() {
        Optional<NativeKernels> kernels = NativeKernels.find().kernels();
        try (Backend backend = Tier.present().getLast().open(2)) {
            long before = backend.memory().limits().available();
            Optional<Roof> roof = backend.roof(PRODUCTS);
            assertEquals(kernels.isPresent(), roof.isPresent());
            assertEquals(before, backend.memory().limits().available());
            assertTrue(roof.isEmpty() || roof.get().bytesPerSecond() > 1e8, roof::toString);
            assertTrue(roof.isEmpty() || roof.get().bytesPerSecond() < 1e15, roof::toString);
            assertTrue(roof.isEmpty() || roof.get().flopsPerSecond() > 1e8, roof::toString);
        }
    }

    @Test
    void withoutThemNothingIsMeasured() {
        try (Backend backend = Tier.JAVA.open(2)) {
            assertEquals(Optional.empty(), backend.roof(PRODUCTS));
        }
    }
}
