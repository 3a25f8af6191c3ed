package org.tenon.api.op;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** Rows picked by index: {@code out[i] = source[index[i]]}, zeros where the index is negative. */
public record Gather() implements Primitive<Gather.In<Tensor>, Gather.In<Buffer>> {
    /**
     * The operands.
     *
     * @param source of any scalar type, {@code [n, ...]}
     * @param index I32, {@code [r]}, each below {@code n}; negative for a row of zeros
     * @param <T> what stands for an operand
     */
    public record In<T>(T source, T index) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("source", source), as.in("index", index));
        }
    }

    /** The output is {@code [r, ...]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.source().shape().rank() >= 2, this, "source", "[n, ...]", in.source());
        ShapeMismatch.unless(
                in.index().type().equals(DType.I32) && in.index().shape().rank() == 1,
                this,
                "index",
                "I32 [r]",
                in.index());
        List<Dim> dims = new ArrayList<>(in.source().shape().dims());
        dims.set(0, in.index().shape().dim(0));
        return List.of(TensorSpec.dense(in.source().type(), new Shape(dims)));
    }
}
