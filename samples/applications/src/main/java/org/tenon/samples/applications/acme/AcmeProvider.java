package org.tenon.samples.applications.acme;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.op.Linear;
import org.tenon.api.op.RmsNorm;

/** A backend: kernels by op, nothing else. What it has no kernel for is opened up. */
public final class AcmeProvider implements BackendProvider {
    private static final Device DEVICE = new Device("0", "Acme simulator", 1L << 30, List.of());

    /** Made by {@link java.util.ServiceLoader}. */
    public AcmeProvider() {}

    @Override
    public String name() {
        return "acme";
    }

    @Override
    public Presence presence() {
        return Presence.at("built in");
    }

    @Override
    public List<Device> devices() {
        return List.of(DEVICE);
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        if (!numerics.equals(Numerics.F32)) {
            throw new Refused(name(), numerics.toString(), Numerics.F32.toString());
        }
        return KernelBackend.on(name(), new HostMemory(name(), device.memoryBytes()), HostMemory.queue())
                .kernel(Linear.class, AcmeKernels::linear)
                .kernel(RmsNorm.class, (op, in, out) -> Lookup.unsupported("no square root on this device"))
                .build();
    }
}
