package org.tenon.backend.opencl;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.tensor.DType;
import org.tenon.backend.opencl.ffi.BinaryCache;
import org.tenon.backend.opencl.ffi.ClDevice;
import org.tenon.backend.opencl.ffi.Loader;
import org.tenon.backend.opencl.ffi.OpenCl;

/** OpenCL as a backend, named {@code opencl}: the devices of all platforms that the system's ICD loader knows. */
public final class OpenClProvider implements BackendProvider {
    static final String NAME = "opencl";

    private static final Loader LOADER = new Loader(Path.of("/"), System.getenv());
    private static final int ACCELERATOR = 150;
    private static final int PROCESSOR = 50;

    /** Reported by devices that have arithmetic in F16, sums within parts of a work-group, and products of bytes. */
    private static final List<String> EXTENSIONS =
            List.of(Kernels.HALVES, Kernels.SUBGROUPS, "cl_khr_integer_dot_product");

    private final Optional<Variant> variant;

    /** Kernels are cut as {@value Variant#PROPERTY} says, or as suits each device. Loads nothing. */
    public OpenClProvider() {
        this(Optional.empty());
    }

    /**
     * Kernels are cut in one way on all devices, such as those for GPUs on a processor, where they can be tested. Loads nothing.
     *
     * @param variant how
     */
    public OpenClProvider(Variant variant) {
        this(Optional.of(variant));
    }

    private OpenClProvider(Optional<Variant> variant) {
        this.variant = variant;
    }

    /** Loads when it is first touched, as classes do. */
    private static final class Once {
        static final OpenCl CL = OpenCl.load(Path.of(LOADER.presence().detail()));
    }

    /** A device of OpenCL's with the words by which Tenon knows it. */
    private record Known(ClDevice cl, Device device) {}

    @Override
    public String name() {
        return NAME;
    }

    /** Above the processor's own kernels, and below a backend that is made for one maker's devices. */
    @Override
    public int rank() {
        return ACCELERATOR;
    }

    /** A processor is served better by the backend that is made for it. */
    @Override
    public int rankOf(Device device) {
        return known(device).cl().processor() ? PROCESSOR : ACCELERATOR;
    }

    @Override
    public Presence presence() {
        return LOADER.presence();
    }

    @Override
    public List<Device> devices() {
        return known().stream().map(Known::device).toList();
    }

    /** Accelerators first; ids are numbers in that order. */
    private List<Known> known() {
        List<ClDevice> found = new ArrayList<>(LOADER.presence().available() ? Once.CL.devices() : List.of());
        found.sort(Comparator.comparing(ClDevice::processor));
        List<Known> devices = new ArrayList<>();
        for (ClDevice device : found) {
            devices.add(new Known(device, described(device, Integer.toString(devices.size()))));
        }
        return devices;
    }

    private Known known(Device device) {
        return known().stream()
                .filter(known -> known.device().id().equals(device.id()))
                .findFirst()
                .orElseThrow(() -> new TenonException("OpenCL has no device " + device.id()
                        + " any more; restart, and look at what the backend lists"));
    }

    private Variant variant(ClDevice device) {
        return variant.or(() -> Variant.named(System.getProperty(Variant.PROPERTY)))
                .orElse(device.processor() || device.largestGroup() < Kernels.GROUP ? Variant.PROCESSOR : Variant.GPU);
    }

    private Device described(ClDevice device, String id) {
        long memory = device.processor()
                ? Math.min(
                        device.memoryBytes(),
                        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                                .getTotalMemorySize())
                : device.memoryBytes();
        return new Device(
                id,
                device.name() + " (" + device.platform() + "), " + device.computeUnits() + " compute units",
                memory,
                List.of(new Device.Tier("kernels in " + variant(device).description(), linker(device))));
    }

    /** PoCL ends the process where the linker is missing that it calls. */
    private static Presence linker(ClDevice device) {
        return device.needsLinker() && !LOADER.onPath("ld")
                ? Presence.absent("PoCL links its kernels by ld, which isn't on the PATH; install binutils")
                : Presence.at("compiled for the device at first use; it reports "
                        + EXTENSIONS.stream()
                                .filter(device::reports)
                                .reduce((one, other) -> one + ", " + other)
                                .orElse("none of " + String.join(", ", EXTENSIONS)));
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        if (!Kernels.FLOATS.contains(numerics.activations())) {
            throw new Refused(NAME, "activations in " + numerics.activations(), "F32, BF16 or F16");
        }
        if (!numerics.residual().equals(DType.F32)) {
            throw new Refused(NAME, "a residual stream in " + numerics.residual(), "F32");
        }
        ClDevice cl = known(device).cl();
        Presence linker = linker(cl);
        if (!linker.available()) {
            throw new TenonException(
                    "backend " + NAME + " can't open " + device.description() + ": " + linker.detail());
        }
        BinaryCache cache = BinaryCache.of(
                System.getProperty(BinaryCache.FOLDER), System.getProperty("user.home"), System.getenv());
        return OpenClBackend.open(
                cl,
                device.memoryBytes(),
                cache,
                variant(cl),
                numerics.reproducibility() == Reproducibility.BATCH_INVARIANT);
    }
}
