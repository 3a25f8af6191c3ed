package org.tenon.layers.position;

import org.tenon.api.layer.InvalidLayer;

/**
 * How rotary frequencies are changed so that a model reads sequences longer than those it was trained on. A record of the method's numbers;
 * the set is open, but only Tenon's own can be saved.
 */
public interface Scaling {
    /**
     * Checks that the values fit together and fit the pairs. Faults are told under {@code rope.scaling}.
     *
     * @param check gathers faults
     * @param base the pairs that turn
     */
    void check(InvalidLayer.Check check, RopeBase base);

    /**
     * The frequencies. Values have passed {@link #check}.
     *
     * @param base the pairs that turn
     * @return radians a position
     */
    Frequencies frequencies(RopeBase base);
}
