package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** Rows put by index: {@code target[index[i]] = rows[i]}, nothing where the index is negative. Indices are distinct. */
public record Scatter() implements Primitive<Scatter.In<Tensor>, Scatter.In<Buffer>> {
    /**
     * The operands.
     *
     * @param target of any scalar type, {@code [n, ...]}, changed in the rows named
     * @param rows of the same type, {@code [r, ...]}
     * @param index I32, {@code [r]}, each below {@code n}; negative to skip the row
     * @param <T> what stands for an operand
     */
    public record In<T>(T target, T rows, T index) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.inout("target", target), as.in("rows", rows), as.in("index", index));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(
                in.rows().type().equals(in.target().type())
                        && in.rows().shape().rank() == in.target().shape().rank()
                        && in.rows().shape().rank() >= 2
                        && in.rows()
                                .shape()
                                .dims()
                                .subList(1, in.rows().shape().rank())
                                .equals(in.target()
                                        .shape()
                                        .dims()
                                        .subList(1, in.target().shape().rank())),
                this,
                "rows",
                "rows of the target " + in.target().spec(),
                in.rows());
        ShapeMismatch.unless(
                in.index().type().equals(DType.I32)
                        && in.index().shape().rank() == 1
                        && in.index().shape().dim(0).equals(in.rows().shape().dim(0)),
                this,
                "index",
                "I32 [r] for the rows " + in.rows().shape(),
                in.index());
        return List.of();
    }
}
