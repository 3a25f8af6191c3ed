package org.tenon.api.tensor;

/**
 * How a backend arranges a weight for a kernel. Names are the backend's own, but for {@link #DENSE}, which every backend
 * prepares.
 *
 * @param name the layout's name
 */
public record Layout(String name) {
    /** Rows one after another, in the type of the weight's spec. */
    public static final Layout DENSE = new Layout("dense");

    @Override
    public String toString() {
        return name;
    }
}
