package org.tenon.api.op;

import java.util.List;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The numbers 0, 1, 2, ... as I32.
 *
 * @param size how many
 */
public record Iota(Dim size) implements Primitive<Iota.In<Tensor>, Iota.In<Buffer>> {
    /**
     * No operands.
     *
     * @param <T> what would stand for an operand
     */
    public record In<T>() implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>();
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        return List.of(TensorSpec.dense(DType.I32, new Shape(List.of(size))));
    }
}
