package org.tenon.api.program;

import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Feature;
import org.tenon.api.tensor.Buffer;

/** Another backend with a kernel for {@link Doubled} besides, that handles given features. */
record Overlay(Backend under, AtomicInteger used, Set<Feature> handles) {
    KernelBackend backend() {
        return KernelBackend.on("overlay", under.memory(), under.queue())
                .kernel(Binary.class, (op, in, out) -> under.find(op, in, out))
                .kernel(
                        Doubled.class,
                        (op, in, out) -> Lookup.<Doubled.In<Buffer>>kernel((operands, outputs, workspace) ->
                                        (queue, step) -> {
                                            used.incrementAndGet();
                                            for (int i = 0; i < 2; i++) {
                                                float value = HostMemory.segment(operands.x())
                                                        .getAtIndex(ValueLayout.JAVA_FLOAT, i);
                                                HostMemory.segment(outputs.getFirst())
                                                        .setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * value);
                                            }
                                        })
                                .handling(handles.toArray(Feature[]::new)))
                .build();
    }
}
