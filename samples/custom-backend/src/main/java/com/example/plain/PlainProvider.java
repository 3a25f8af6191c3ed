package com.example.plain;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Iota;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;

/** Plain loops on one thread, in F32 and I32. It has the ten primitives; Tenon makes every other op of them. */
public final class PlainProvider implements BackendProvider {
    /** Made by {@link java.util.ServiceLoader}. */
    public PlainProvider() {}

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public Presence presence() {
        return Presence.at("built in");
    }

    /** One device, which takes no more than Java takes for its heap: a quarter of the machine or container, unless told otherwise. */
    @Override
    public List<Device> devices() {
        return List.of(new Device("0", "plain loops", Runtime.getRuntime().maxMemory(), List.of()));
    }

    /** Any reproducibility will do: an element is always summed up in the same order, whatever else the step computes. */
    @Override
    public Backend open(Device device, Numerics numerics) {
        if (!numerics.activations().equals(DType.F32) || !numerics.residual().equals(DType.F32)) {
            throw new Refused(name(), numerics.toString(), Numerics.F32.toString());
        }
        return KernelBackend.on(name(), new HostMemory(name(), device.memoryBytes()), HostMemory.queue())
                .kernel(Fill.class, PlainKernels::fill)
                .kernel(Iota.class, PlainKernels::iota)
                .kernel(Convert.class, PlainKernels::convert)
                .kernel(Unary.class, PlainKernels::unary)
                .kernel(Binary.class, PlainKernels::binary)
                .kernel(Select.class, PlainKernels::select)
                .kernel(Reduce.class, PlainKernels::reduce)
                .kernel(MatMul.class, PlainKernels::matmul)
                .kernel(Gather.class, PlainKernels::gather)
                .kernel(Scatter.class, PlainKernels::scatter)
                .build();
    }
}
