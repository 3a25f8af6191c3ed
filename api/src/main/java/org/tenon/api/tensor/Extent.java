package org.tenon.api.tensor;

import java.util.Objects;

/**
 * Something that the host counts anew in each step: the rows of an axis, its sequences, the longest reach of a cache. A
 * {@link StepShape} gives its size. Extents with equal names are equal.
 *
 * @param name what is counted, for instance {@code tokens.rows}
 */
public record Extent(String name) {
    /**
     * Checks the name.
     *
     * @param name what is counted
     */
    public Extent {
        Objects.requireNonNull(name);
    }

    /** {@return the extent itself as a dimension} */
    public Dim dim() {
        return new Dim.Counted(this, 1);
    }

    @Override
    public String toString() {
        return name;
    }
}
