package org.tenon.layers.position;

import java.util.OptionalInt;
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
     * Up to which length the frequencies are always the same. Rows of a longer sequence turn by the length that it has after the step, while
     * keys in the cache stay as they were written.
     *
     * @return the length in tokens; nothing where the frequencies never depend on it
     */
    default OptionalInt settledLength() {
        return OptionalInt.empty();
    }

    /**
     * The frequencies. Values have passed {@link #check}.
     *
     * @param base the pairs that turn
     * @return radians a position
     */
    Frequencies frequencies(RopeBase base);
}
