package org.tenon.conformance.oracle;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.tenon.api.tensor.DType;

/**
 * A tensor as the oracle knows it: elements in double precision, row by row, and for each how far a backend may be off before its result
 * is rounded to the type.
 */
public final class Exact {
    private final DType type;
    private final int[] sizes;
    private final double[] values;
    private final double[] bounds;

    private Exact(DType type, int[] sizes, double[] values) {
        this.type = type;
        this.sizes = sizes;
        this.values = values;
        this.bounds = new double[values.length];
    }

    /**
     * A tensor of zeros, each without a doubt.
     *
     * @param type the type that a backend rounds to
     * @param sizes the dimensions, outermost first
     * @return the tensor
     */
    public static Exact zeros(DType type, int... sizes) {
        return new Exact(type, sizes.clone(), new double[Math.toIntExact(product(sizes, 0))]);
    }

    /**
     * A tensor of values by index.
     *
     * @param type the type
     * @param sizes the dimensions, outermost first
     * @param value the value of each element, counted row by row
     * @return the tensor
     */
    public static Exact of(DType type, int[] sizes, IntToDoubleFunction value) {
        Exact exact = zeros(type, sizes);
        Arrays.setAll(exact.values, value);
        return exact;
    }

    /** {@return a copy, whose elements can be changed} */
    public Exact copy() {
        Exact copy = new Exact(type, sizes, values.clone());
        System.arraycopy(bounds, 0, copy.bounds, 0, bounds.length);
        return copy;
    }

    private static long product(int[] sizes, int from) {
        long product = 1;
        for (int i = from; i < sizes.length; i++) {
            product *= sizes[i];
        }
        return product;
    }

    /** {@return the type} */
    public DType type() {
        return type;
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return sizes.length;
    }

    /**
     * The size of a dimension.
     *
     * @param dimension counted from the outside; negative from the inside, -1 being the last
     * @return the size
     */
    public int size(int dimension) {
        return sizes[dimension < 0 ? sizes.length + dimension : dimension];
    }

    /** {@return the dimensions, outermost first} */
    public int[] sizes() {
        return sizes.clone();
    }

    /** {@return the number of elements} */
    public int count() {
        return values.length;
    }

    /** {@return the number of rows: the product of all dimensions but the last} */
    public int rows() {
        return Math.toIntExact(product(Arrays.copyOf(sizes, sizes.length - 1), 0));
    }

    /**
     * An element.
     *
     * @param index where it is, one number for each dimension; fewer count the innermost as one
     * @return its value
     */
    public double at(int... index) {
        return values[place(index)];
    }

    /**
     * An element as a whole number.
     *
     * @param index where it is
     * @return its value
     */
    public int whole(int... index) {
        return (int) at(index);
    }

    /**
     * How far a backend may be off.
     *
     * @param index where the element is
     * @return the bound, before the rounding to the type
     */
    public double bound(int... index) {
        return bounds[place(index)];
    }

    /**
     * Sets an element.
     *
     * @param value its value
     * @param bound how far a backend may be off; 0 where it has no choice
     * @param index where it is
     */
    public void set(double value, double bound, int... index) {
        int place = place(index);
        values[place] = value;
        bounds[place] = bound;
    }

    /** The place of an element: of fewer indices than dimensions, the last one counts all inner elements. */
    private int place(int... index) {
        int place = 0;
        for (int i = 0; i < index.length; i++) {
            long size = i == index.length - 1 ? product(sizes, i) : sizes[i];
            if (index[i] < 0 || index[i] >= size) {
                throw new IndexOutOfBoundsException(
                        Arrays.toString(index) + " of a tensor of " + Arrays.toString(sizes));
            }
            place = Math.toIntExact(place * size + index[i]);
        }
        return place;
    }
}
