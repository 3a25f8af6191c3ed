package org.tenon.api.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Type, shape and byte strides of a tensor. The last dimension is dense; the stride of every other dimension is the distance
 * in bytes between neighbours along it.
 *
 * @param type the element type
 * @param shape the dimensions
 * @param strides bytes between neighbours, one for each dimension but the last
 */
public record TensorSpec(DType type, Shape shape, List<Long> strides) {
    /**
     * Checks that there is a stride for each dimension but the last.
     *
     * @param type the element type
     * @param shape the dimensions
     * @param strides bytes between neighbours
     */
    public TensorSpec {
        strides = List.copyOf(strides);
        if (strides.size() != shape.rank() - 1) {
            throw new IllegalArgumentException("a tensor of shape " + shape + " has " + (shape.rank() - 1)
                    + " strides (the last dimension is dense), got " + strides);
        }
    }

    /**
     * A dense tensor.
     *
     * @param type the element type
     * @param shape the dimensions
     * @return its spec
     */
    public static TensorSpec dense(DType type, Shape shape) {
        Long[] strides = new Long[shape.rank() - 1];
        if (strides.length > 0) {
            long stride = type.bytes(shape.width());
            for (int i = strides.length - 1; i >= 0; i--) {
                strides[i] = stride;
                if (i > 0) {
                    stride = Math.multiplyExact(stride, shape.size(i));
                }
            }
        }
        return new TensorSpec(type, shape, List.of(strides));
    }

    /** {@return the size of the last dimension} */
    public long width() {
        return shape.width();
    }

    /**
     * A stride.
     *
     * @param index the dimension, counted from the outside, not the last
     * @return bytes between neighbours along it
     */
    public long stride(int index) {
        return strides.get(index);
    }

    /** {@return whether the elements lie in order without gaps} */
    public boolean dense() {
        return strides.equals(dense(type, shape).strides());
    }

    /**
     * The bytes from the first element to the end of the last.
     *
     * @param step what the step counts
     * @return the bytes spanned; zero when there is no element
     */
    public long bytes(StepShape step) {
        if (shape.elements(step) == 0) {
            return 0;
        }
        long bytes = type.bytes(shape.dim(-1).size(step));
        for (int i = 0; i < strides.size(); i++) {
            bytes = Math.addExact(
                    bytes, Math.multiplyExact(strides.get(i), shape.dim(i).size(step) - 1));
        }
        return bytes;
    }

    /**
     * A dense tensor of the same shape in another type.
     *
     * @param other the new element type
     * @return its spec
     */
    public TensorSpec as(DType other) {
        return dense(other, shape);
    }

    /**
     * The same elements seen in another shape, without moving any.
     *
     * @param to the new shape, with as many elements
     * @return the new spec
     * @throws IllegalArgumentException when the elements can't be seen so without a copy
     */
    public TensorSpec reshape(Shape to) {
        long[] from = sizes(shape);
        long[] target = sizes(to);
        long elementBytes = type.scalar() ? type.blockBytes() : 0;
        if (!type.scalar() && to.width() != shape.width()) {
            throw new IllegalArgumentException("the rows of " + this + " hold blocks and can't be split");
        }
        if (LongStream.of(from).anyMatch(size -> size == 0)
                && LongStream.of(target).anyMatch(size -> size == 0)) {
            return dense(type, to); // no element to find
        }
        long[] fromStrides = new long[from.length];
        for (int i = 0; i < from.length - 1; i++) {
            fromStrides[i] = strides.get(i);
        }
        fromStrides[from.length - 1] = elementBytes;
        long[] result = new long[target.length];
        int i = 0;
        int j = 0;
        while (i < from.length && j < target.length) {
            long have = from[i];
            long want = target[j];
            int firstFrom = i++;
            int firstTarget = j++;
            while (have != want) {
                if (have < want && i < from.length) {
                    have *= from[i++];
                } else if (have > want && j < target.length) {
                    want *= target[j++];
                } else {
                    throw notAView(to);
                }
            }
            for (int k = firstFrom; k < i - 1; k++) { // merged dimensions must lie without gaps
                if (from[k] != 1 && fromStrides[k] != fromStrides[k + 1] * from[k + 1]) {
                    throw notAView(to);
                }
            }
            long stride = fromStrides[i - 1];
            for (int k = j - 1; k >= firstTarget; k--) {
                result[k] = stride;
                stride *= target[k];
            }
        }
        while (i < from.length) {
            if (from[i++] != 1) {
                throw notAView(to);
            }
        }
        while (j < target.length) {
            if (target[j] != 1) {
                throw notAView(to);
            }
            result[j++] = elementBytes;
        }
        if (type.scalar() && result[target.length - 1] != elementBytes && target[target.length - 1] != 1) {
            throw notAView(to);
        }
        List<Long> kept = new ArrayList<>();
        for (int k = 0; k < target.length - 1; k++) {
            kept.add(result[k]);
        }
        return new TensorSpec(type, to, kept);
    }

    private IllegalArgumentException notAView(Shape to) {
        return new IllegalArgumentException(this + " can't be seen as " + to + " without a copy");
    }

    /** Sizes with a large prime in the place of what the step counts, so that only an equal count matches it. */
    private static long[] sizes(Shape shape) {
        long[] sizes = new long[shape.rank()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = switch (shape.dim(i)) {
                case Dim.Fixed fixed -> fixed.size();
                case Dim.Counted counted -> counted.factor() * 1_000_003L;
            };
        }
        return sizes;
    }

    @Override
    public String toString() {
        return type + shape.toString() + (dense() ? "" : " strides " + strides);
    }
}
