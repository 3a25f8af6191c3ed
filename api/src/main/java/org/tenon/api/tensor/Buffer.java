package org.tenon.api.tensor;

/**
 * A tensor that has its place: what a kernel is bound to at load. Addresses don't change from step to step.
 *
 * @param name what messages and listings call it
 * @param spec type, shape and strides; the first dimension may be counted by the step
 * @param storage the memory
 * @param offset where in the memory it begins, in bytes
 * @param layout how a weight is arranged; {@link Layout#DENSE} for all else
 */
public record Buffer(String name, TensorSpec spec, Storage storage, long offset, Layout layout) {
    /** {@return the shape} */
    public Shape shape() {
        return spec.shape();
    }

    /** {@return the element type} */
    public DType type() {
        return spec.type();
    }
}
