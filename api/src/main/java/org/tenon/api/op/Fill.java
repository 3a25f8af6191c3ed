package org.tenon.api.op;

import java.util.List;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * One value everywhere.
 *
 * @param value the value; whole for I32
 * @param type F32 or I32
 * @param shape the output's shape
 */
public record Fill(double value, DType type, Shape shape) implements Primitive<Fill.In<Tensor>, Fill.In<Buffer>> {
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
        return List.of(TensorSpec.dense(type, shape));
    }
}
