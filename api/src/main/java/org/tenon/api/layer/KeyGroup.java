package org.tenon.api.layer;

import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Extent;

/**
 * Caches that share their block tables: those of layers on one axis whose keys are of the same rows, with equal reach.
 *
 * @param axis the rows that read keys; a table belongs to a sequence of theirs
 * @param source the rows that keys are of: the same axis, or an encoder's that a decoder attends to
 * @param reach how far back queries see
 */
public record KeyGroup(Axis axis, Axis source, LayerMemory.Reach reach) {
    /**
     * Caches of rows that attend to those of their own axis.
     *
     * @param axis the rows
     * @param reach how far back queries see
     */
    public KeyGroup(Axis axis, LayerMemory.Reach reach) {
        this(axis, axis, reach);
    }

    /** {@return whether the keys are of another axis than the queries} */
    public boolean crosses() {
        return !source.equals(axis);
    }

    /** {@return the group's name, unique within a model} */
    public String name() {
        String rows = crosses() ? axis.name() + "." + source.name() : axis.name();
        return rows + (reach.equals(LayerMemory.Reach.ALL) ? ".keys" : ".keys" + reach.keys());
    }

    /** {@return the largest number of keys that a sequence of the step has in its table} */
    public Extent keys() {
        return new Extent(name());
    }
}
