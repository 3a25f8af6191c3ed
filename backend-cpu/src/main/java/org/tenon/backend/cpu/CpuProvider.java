package org.tenon.backend.cpu;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.tensor.DType;
import org.tenon.backend.cpu.ffi.NativeKernels;
import org.tenon.backend.cpu.ffi.OneDnn;

/** The processor as a backend, named {@code cpu}: there wherever a JVM runs. */
public final class CpuProvider implements BackendProvider {
    static final String NAME = "cpu";
    /** Says how many threads compute; as many as there are processors if it isn't set. */
    static final String THREADS = "org.tenon.cpu.threads";

    private static final Set<DType> ACTIVATIONS = Set.of(DType.F32, DType.BF16, DType.F16);

    /** Loads nothing. */
    public CpuProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public Presence presence() {
        return Presence.at(System.getProperty("os.name") + " on " + System.getProperty("os.arch"));
    }

    @Override
    public List<Device> devices() {
        String description =
                Processor.name(Path.of("/proc/cpuinfo")).orElse(presence().detail()) + ", " + threads() + " threads";
        List<Device.Tier> tiers = List.of(
                new Device.Tier("onednn", OneDnn.find().presence()),
                new Device.Tier("c", NativeKernels.find().presence()),
                new Device.Tier("java", Presence.at("Java " + Runtime.version().feature())));
        return List.of(new Device("0", description, MachineMemory.bytes(Path.of("/")), tiers));
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        if (!ACTIVATIONS.contains(numerics.activations())) {
            throw new Refused(NAME, "activations in " + numerics.activations(), "F32, BF16 or F16");
        }
        if (!numerics.residual().equals(DType.F32)) {
            throw new Refused(NAME, "a residual stream in " + numerics.residual(), "F32");
        }
        return CpuBackend.open(
                threads(),
                device.memoryBytes(),
                OneDnn.find().library(),
                NativeKernels.find().kernels(),
                numerics.reproducibility() == Reproducibility.BATCH_INVARIANT);
    }

    private static int threads() {
        int available = Runtime.getRuntime().availableProcessors();
        String asked = System.getProperty(THREADS);
        if (asked == null) {
            return available;
        }
        if (!asked.matches("[1-9]\\d{0,3}")) {
            throw new TenonException("-D" + THREADS + "=" + asked
                    + " is no number of threads; give one from 1 to 9999, or leave it out for " + available);
        }
        return Integer.parseInt(asked);
    }
}
