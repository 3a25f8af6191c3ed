package org.tenon.conformance.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.cases.Lie;

/** A tensor of a published case. Immutable. */
final class OnnxTensor {
    private final DType type;
    private final int[] shape;
    private final double[] values;

    OnnxTensor(DType type, int[] shape, double[] values) {
        this.type = type;
        this.shape = shape;
        this.values = values;
    }

    DType type() {
        return type;
    }

    int rank() {
        return shape.length;
    }

    int count() {
        return values.length;
    }

    /** A dimension, counted from the end where it is negative. */
    int size(int dimension) {
        return shape[Math.floorMod(dimension, shape.length)];
    }

    /** The product of some dimensions. */
    int sizes(int from, int to) {
        return Arrays.stream(shape, from, to).reduce(1, Math::multiplyExact);
    }

    double at(int index) {
        return values[index];
    }

    int whole(int index) {
        return (int) values[index];
    }

    OnnxTensor reshaped(int... sizes) {
        return new OnnxTensor(type, sizes, values);
    }

    /** Dimension {@code i} of the result is dimension {@code order[i]} of this one. */
    OnnxTensor permuted(int... order) {
        int[] sizes = IntStream.of(order).map(axis -> shape[axis]).toArray();
        double[] moved = new double[values.length];
        for (int i = 0; i < moved.length; i++) {
            int rest = i;
            int[] index = new int[shape.length];
            for (int axis = order.length - 1; axis >= 0; axis--) {
                index[order[axis]] = rest % sizes[axis];
                rest /= sizes[axis];
            }
            int from = 0;
            for (int axis = 0; axis < shape.length; axis++) {
                from = from * shape[axis] + index[axis];
            }
            moved[i] = values[from];
        }
        return new OnnxTensor(type, sizes, moved);
    }

    /** The dimensions {@code axes} behind all others. */
    OnnxTensor last(int[] axes) {
        return permuted(lastOrder(axes));
    }

    private int[] lastOrder(int[] axes) {
        return IntStream.concat(
                        IntStream.range(0, shape.length)
                                .filter(axis -> Arrays.stream(axes).noneMatch(each -> each == axis)),
                        Arrays.stream(axes))
                .toArray();
    }

    /** Rows picked from a matrix. */
    OnnxTensor rows(OnnxTensor index) {
        int width = size(-1);
        double[] picked = new double[index.count() * width];
        Arrays.setAll(picked, i -> values[index.whole(i / width) * width + i % width]);
        return new OnnxTensor(type, new int[] {index.count(), width}, picked);
    }

    /** This tensor and another one after it, along a dimension of tensors of rank 4. */
    OnnxTensor followedBy(OnnxTensor other, int axis) {
        int outer = sizes(0, axis);
        int own = count() / outer;
        int others = other.count() / outer;
        double[] joined = new double[count() + other.count()];
        for (int i = 0; i < outer; i++) {
            System.arraycopy(values, i * own, joined, i * (own + others), own);
            System.arraycopy(other.values, i * others, joined, i * (own + others) + own, others);
        }
        int[] sizes = shape.clone();
        sizes[axis] += other.shape[axis];
        return new OnnxTensor(type, sizes, joined);
    }

    /** As an operand, without gaps. */
    Given given() {
        return new Given(type, Shape.of(Arrays.stream(shape).asLongStream().toArray()), Lie.DENSE, values);
    }
}
