package org.tenon.api.tensor;

import java.util.Optional;

/**
 * A symbolic tensor: what a layer's {@code forward} and an op's lowering work with. It has a spec and an identity, and no
 * elements that could be read. A view shares the memory of its base.
 *
 * <p>Immutable and thread-safe; compared by identity.
 */
public final class Tensor {
    private final String name;
    private final TensorSpec spec;
    private final Optional<Tensor> base;
    private final long offset;

    private Tensor(String name, TensorSpec spec, Optional<Tensor> base, long offset) {
        this.name = name;
        this.spec = spec;
        this.base = base;
        this.offset = offset;
    }

    /**
     * A tensor with memory of its own.
     *
     * @param name what messages and listings call it
     * @param spec type, shape and strides
     * @return the tensor
     */
    public static Tensor of(String name, TensorSpec spec) {
        return new Tensor(name, spec, Optional.empty(), 0);
    }

    /** {@return what messages and listings call it} */
    public String name() {
        return name;
    }

    /** {@return type, shape and strides} */
    public TensorSpec spec() {
        return spec;
    }

    /** {@return the shape} */
    public Shape shape() {
        return spec.shape();
    }

    /** {@return the element type} */
    public DType type() {
        return spec.type();
    }

    /** {@return the size of the last dimension} */
    public long width() {
        return spec.width();
    }

    /** {@return the tensor whose memory this one is, itself unless it is a view} */
    public Tensor root() {
        return base.orElse(this);
    }

    /** {@return where in the memory of its root it begins, in bytes} */
    public long offset() {
        return offset;
    }

    /**
     * A run of columns of each row.
     *
     * @param from the first column; on a block boundary
     * @param to the column after the last
     * @return a view {@code [..., to - from]}
     */
    public Tensor columns(long from, long to) {
        if (from < 0 || to < from || to > width()) {
            throw new IllegalArgumentException("columns " + from + " to " + to + " of " + this);
        }
        TensorSpec view = new TensorSpec(type(), shape().withWidth(to - from), spec.strides());
        return new Tensor(name + "[" + from + ":" + to + "]", view, Optional.of(root()), offset + type().bytes(from));
    }

    /**
     * The same elements in another shape.
     *
     * @param to the new shape, with as many elements
     * @return a view
     * @throws IllegalArgumentException when the elements can't be seen so without a copy
     */
    public Tensor reshape(Shape to) {
        return to.equals(shape()) ? this : new Tensor(name, spec.reshape(to), Optional.of(root()), offset);
    }

    /**
     * The rows cut into heads.
     *
     * @param heads how many
     * @return a view {@code [rows, heads, width / heads]} of {@code [rows, width]}
     */
    public Tensor heads(long heads) {
        if (shape().rank() != 2 || width() % heads != 0) {
            throw new IllegalArgumentException(this + " can't be cut into " + heads + " heads");
        }
        return reshape(Shape.of(shape().dim(0), heads, width() / heads));
    }

    @Override
    public String toString() {
        return name + ": " + spec;
    }
}
