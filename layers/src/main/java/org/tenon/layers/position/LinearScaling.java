package org.tenon.layers.position;

import org.tenon.api.layer.InvalidLayer;

/**
 * Position interpolation (Chen et al. 2023): {@code f_i / factor}, as Transformers' {@code linear}.
 *
 * @param factor how many times longer sequences become
 */
public record LinearScaling(double factor) implements Scaling {
    @Override
    public void check(InvalidLayer.Check check, RopeBase base) {
        check.that(factor > 0 && Double.isFinite(factor), "rope.scaling.factor", factor + " is not a positive number");
    }

    @Override
    public Frequencies frequencies(RopeBase base) {
        float[] frequencies = base.frequencies();
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= (float) factor;
        }
        return Frequencies.always(frequencies, 1);
    }
}
