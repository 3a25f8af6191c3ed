package org.tenon.conformance.cases;

import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.function.Supplier;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.conformance.oracle.Exact;

/** An operand of a case: its shape, how it lies in memory, and its elements, rounded to the type already. For one thread at a time. */
public final class Given {
    private final DType type;
    private final Shape shape;
    private final Lie lie;
    private final int count;
    private final Supplier<double[]> source;
    private Reference<double[]> kept = new SoftReference<>(null);

    /**
     * An operand.
     *
     * @param type its type
     * @param shape its shape; the first dimension may be counted by the step
     * @param lie how it lies in memory
     * @param values its elements in the case's step, row by row
     */
    public Given(DType type, Shape shape, Lie lie, double... values) {
        this(type, shape, lie, values.length, values.clone()::clone);
    }

    /**
     * An operand whose elements are made when they are asked for, so that thousands of cases can be listed at little cost.
     *
     * @param type its type
     * @param shape its shape
     * @param lie how it lies in memory
     * @param count how many elements it has in the case's step
     * @param source makes them, each time the same
     */
    Given(DType type, Shape shape, Lie lie, int count, Supplier<double[]> source) {
        this.type = type;
        this.shape = shape;
        this.lie = lie;
        this.count = count;
        this.source = source;
    }

    private double[] values() {
        double[] values = kept.get();
        if (values == null) {
            values = source.get();
            kept = new SoftReference<>(values);
        }
        return values;
    }

    /** {@return the type} */
    public DType type() {
        return type;
    }

    /** {@return the shape} */
    public Shape shape() {
        return shape;
    }

    /** {@return how it lies in memory} */
    public Lie lie() {
        return lie;
    }

    /** {@return type, shape and strides} */
    public TensorSpec spec() {
        return lie.spec(type, shape);
    }

    /**
     * An element.
     *
     * @param index counted row by row
     * @return its value
     */
    public double value(int index) {
        return values()[index];
    }

    /** {@return how many elements there are in the case's step} */
    public int count() {
        return count;
    }

    /**
     * The operand as the oracle sees it.
     *
     * @param step what the step counts
     * @return the elements in double precision
     */
    public Exact exact(StepShape step) {
        double[] values = values();
        return Exact.of(type, sizes(shape, step), i -> values[i]);
    }

    /**
     * The dimensions of a shape in a step.
     *
     * @param shape the shape
     * @param step what the step counts
     * @return the sizes, outermost first
     */
    public static int[] sizes(Shape shape, StepShape step) {
        int[] sizes = new int[shape.rank()];
        Arrays.setAll(sizes, i -> Math.toIntExact(shape.dim(i).size(step)));
        return sizes;
    }

    @Override
    public String toString() {
        return type + shape.toString() + " " + lie;
    }
}
