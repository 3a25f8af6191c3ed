package org.tenon.layers.position;

import org.tenon.api.layer.InvalidLayer;

/** {@code f_i = theta^(-2i / width)} at any length (Su et al. 2021). */
public record Unscaled() implements Scaling {
    @Override
    public void check(InvalidLayer.Check check, RopeBase base) {}

    @Override
    public Frequencies frequencies(RopeBase base) {
        return Frequencies.always(base.frequencies(), 1);
    }
}
