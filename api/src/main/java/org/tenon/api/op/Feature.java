package org.tenon.api.op;

/**
 * A meaning of an op that isn't its plainest, such as a window in attention. The set is open.
 *
 * @param name the feature's name
 */
public record Feature(String name) {
    @Override
    public String toString() {
        return name;
    }
}
