package org.tenon.samples.applications;

import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.geGlu;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import org.tenon.api.model.ModelSpec;
import org.tenon.models.architecture.Architecture;

/** An architecture that nobody has published: one layer in six sees everything, the others a window. */
public final class HandMade {
    private HandMade() {}

    /**
     * Assembles the architecture.
     *
     * @param vocabulary how many ids there are
     * @return its spec, or an exception with every fault
     */
    public static ModelSpec spec(int vocabulary) {
        return Architecture.decoder(96, vocabulary)
                .context(512)
                .norm(rmsNorm(1e-5))
                .layers(
                        6,
                        i -> block(
                                i % 6 == 5
                                        ? attention(6).kvHeads(2).rope(500_000)
                                        : attention(6)
                                                .kvHeads(2)
                                                .rope(10_000)
                                                .window(32)
                                                .headNorm(1e-6),
                                i % 2 == 1 ? swiGlu(256) : geGlu(192)))
                .tiedHead()
                .build();
    }
}
