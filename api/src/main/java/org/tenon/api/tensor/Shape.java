package org.tenon.api.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The dimensions of a tensor, outermost first: rank 1 to 4, of which only the first may be counted by the step. A scalar is
 * {@code [1]}.
 *
 * @param dims the dimensions
 */
public record Shape(List<Dim> dims) {
    /** The largest rank that a tensor may have. */
    public static final int MAX_RANK = 4;

    /**
     * Checks rank and dimensions.
     *
     * @param dims the dimensions
     */
    public Shape {
        dims = List.copyOf(dims);
        if (dims.isEmpty() || dims.size() > MAX_RANK) {
            throw new IllegalArgumentException("a shape has 1 to " + MAX_RANK + " dimensions, got " + dims);
        }
        for (int i = 1; i < dims.size(); i++) {
            if (!(dims.get(i) instanceof Dim.Fixed)) {
                throw new IllegalArgumentException("only the first dimension may be counted by the step, got " + dims);
            }
        }
    }

    /**
     * A shape of fixed sizes.
     *
     * @param sizes the sizes, outermost first
     * @return the shape
     */
    public static Shape of(long... sizes) {
        return new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toList());
    }

    /**
     * A shape whose first dimension may be counted by the step.
     *
     * @param first the first dimension
     * @param sizes the sizes of the others
     * @return the shape
     */
    public static Shape of(Dim first, long... sizes) {
        List<Dim> dims = new ArrayList<>();
        dims.add(first);
        for (long size : sizes) {
            dims.add(Dim.of(size));
        }
        return new Shape(dims);
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return dims.size();
    }

    /**
     * A dimension.
     *
     * @param index counted from the outside; negative from the inside, -1 being the last
     * @return the dimension
     */
    public Dim dim(int index) {
        return dims.get(index < 0 ? dims.size() + index : index);
    }

    /**
     * The size of a fixed dimension.
     *
     * @param index counted from the outside; negative from the inside, -1 being the last
     * @return its size
     * @throws IllegalArgumentException when the step counts it
     */
    public long size(int index) {
        if (dim(index) instanceof Dim.Fixed fixed) {
            return fixed.size();
        }
        throw new IllegalArgumentException("dimension " + index + " of " + this + " is counted by the step");
    }

    /** {@return the last dimension's size: the width of a row} */
    public long width() {
        return size(-1);
    }

    /** {@return whether no dimension is counted by the step} */
    public boolean fixed() {
        return dims.getFirst() instanceof Dim.Fixed;
    }

    /** {@return the number of elements; only of a fixed shape} */
    public long elements() {
        return elements(StepShape.NONE);
    }

    /**
     * The number of elements in a step.
     *
     * @param step what the step counts
     * @return the product of all dimensions
     * @throws ArithmeticException when it doesn't fit in 63 bits
     */
    public long elements(StepShape step) {
        long product = 1;
        for (Dim dim : dims) {
            product = Math.multiplyExact(product, dim.size(step));
        }
        return product;
    }

    /**
     * The same shape with another last dimension.
     *
     * @param width the new size of the last dimension
     * @return the new shape
     */
    public Shape withWidth(long width) {
        List<Dim> changed = new ArrayList<>(dims);
        changed.set(dims.size() - 1, Dim.of(width));
        return new Shape(changed);
    }

    @Override
    public String toString() {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
