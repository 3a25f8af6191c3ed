package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.Refused;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Primitives;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.backend.cpu.ffi.NativeKernels;
import org.tenon.backend.cpu.ffi.OneDnn;

class ProviderTest {
    private final CpuProvider provider = new CpuProvider();

    private Device device() {
        return provider.devices().getFirst();
    }

    @Test
    void theServiceFileSaysWhatTheModuleSays() throws IOException {
        List<String> provided = CpuProvider.class.getModule().getDescriptor().provides().stream()
                .filter(provides -> provides.service().equals(BackendProvider.class.getName()))
                .flatMap(provides -> provides.providers().stream())
                .toList();
        try (InputStream file =
                CpuProvider.class.getResourceAsStream("/META-INF/services/org.tenon.api.backend.BackendProvider")) {
            assertEquals(
                    provided,
                    new String(file.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
        }
        assertEquals(List.of(CpuProvider.class.getName()), provided);
    }

    @Test
    void itIsThereAndNamedCpu() {
        assertEquals("cpu", provider.name());
        assertTrue(provider.presence().available());
    }

    @Test
    void theDeviceHasTheMachinesMemoryAndAllTiers() {
        Device device = device();
        assertEquals(
                List.of("onednn", "c", "java"),
                device.tiers().stream().map(Device.Tier::name).toList());
        assertTrue(device.tiers().getLast().presence().available());
        assertTrue(device.memoryBytes() > 1L << 28);
    }

    /** Without it the tests of that tier would pass on nothing. */
    @Test
    void oneDnnIsThereOnTheBundlesPlatform() {
        boolean bundled = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        Device.Tier tier = device().tiers().getFirst();
        assertEquals(bundled, tier.presence().available(), tier.presence().detail());
        assertEquals(bundled, Tier.present().contains(Tier.ONEDNN));
    }

    @Test
    void oneDnnCanBeSwitchedOff() {
        String before = System.setProperty(OneDnn.SWITCH, "false");
        try {
            assertEquals(
                    "switched off by -Dorg.tenon.cpu.onednn=false",
                    device().tiers().getFirst().presence().detail());
            assertFalse(Tier.present().contains(Tier.ONEDNN));
        } finally {
            restore(OneDnn.SWITCH, before);
        }
    }

    @Test
    void theCKernelsCanBeSwitchedOff() {
        String before = System.setProperty(NativeKernels.SWITCH, "false");
        try {
            assertEquals(
                    "switched off by -Dorg.tenon.cpu.kernels=false",
                    device().tiers().get(1).presence().detail());
            assertFalse(Tier.present().contains(Tier.C));
            provider.open(device(), Numerics.F32).close();
        } finally {
            restore(NativeKernels.SWITCH, before);
        }
    }

    private static void restore(String property, String before) {
        if (before == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, before);
        }
    }

    @Test
    void activationsMayBeOfThreeTypes() {
        for (DType type : List.of(DType.F32, DType.BF16, DType.F16)) {
            provider.open(device(), Numerics.of(type)).close();
        }
        assertEquals(
                "backend cpu can't compute with activations in I32; ask for F32, BF16 or F16",
                assertThrows(Refused.class, () -> provider.open(device(), Numerics.of(DType.I32)))
                        .getMessage());
    }

    @Test
    void theNumberOfThreadsCanBeSet() {
        String before = System.setProperty(CpuProvider.THREADS, "0");
        try {
            assertEquals(
                    "-Dorg.tenon.cpu.threads=0 is no number of threads; give one from 1 to 9999, or leave it out for "
                            + Runtime.getRuntime().availableProcessors(),
                    assertThrows(TenonException.class, () -> provider.open(device(), Numerics.F32))
                            .getMessage());
            System.setProperty(CpuProvider.THREADS, "3");
            assertTrue(device().description().endsWith("3 threads"));
        } finally {
            restore(CpuProvider.THREADS, before);
        }
    }

    @Test
    void closingTwiceIsClosingOnce() {
        Backend backend = provider.open(device(), Numerics.F32);
        backend.close();
        assertDoesNotThrow(backend::close);
    }

    @Test
    void moreMemoryThanThereIsIsRefused() {
        try (Backend backend = CpuBackend.open(1, 1000, Optional.empty(), Optional.empty(), false)) {
            backend.memory().allocate(600).close();
            assertThrows(OutOfDeviceMemory.class, () -> backend.memory().allocate(1001));
        }
    }

    @Test
    void anOpThatItHasNeverHeardOfIsUnsupported() {
        record Nothing<T>() implements Operands<T> {
            @Override
            public <R> Nothing<R> map(Roles<T, R> as) {
                return new Nothing<>();
            }
        }
        record Unheard() implements Op<Nothing<Tensor>, Nothing<Buffer>> {
            @Override
            public List<TensorSpec> infer(Nothing<Tensor> in) {
                return List.of();
            }

            @Override
            public void lower(Ops ops, Nothing<Tensor> in, List<Tensor> out) {}
        }
        try (Backend backend = provider.open(device(), Numerics.F32)) {
            assertEquals(
                    Lookup.unsupported("no kernel for Unheard"),
                    backend.find(new Unheard(), new Nothing<>(), List.of()));
            assertEquals(10, Primitives.ALL.size(), "a new primitive needs a kernel and a test here");
        }
    }
}
