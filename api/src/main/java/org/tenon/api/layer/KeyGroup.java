package org.tenon.api.layer;

import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Extent;

/**
 * Caches that share their block tables: those of layers on one axis with equal reach.
 *
 * @param axis the rows that write keys
 * @param reach how far back queries see
 */
public record KeyGroup(Axis axis, LayerMemory.Reach reach) {
    /** {@return the group's name, unique within a model} */
    public String name() {
        return axis.name() + (reach.equals(LayerMemory.Reach.ALL) ? ".keys" : ".keys" + reach.keys());
    }

    /** {@return the largest number of keys that a sequence of the step has in its table} */
    public Extent keys() {
        return new Extent(name());
    }
}
