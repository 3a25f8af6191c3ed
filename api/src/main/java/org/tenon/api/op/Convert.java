package org.tenon.api.op;

import java.util.List;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Values in another type: to a narrower floating type nearest with ties to even, to an integer towards zero. A conversion
 * of a weight costs nothing in a step: its source is decoded at load.
 *
 * @param type the output's type
 */
public record Convert(DType type) implements Primitive<Convert.In<Tensor>, Convert.In<Buffer>> {
    /**
     * The operand.
     *
     * @param x any shape
     * @param <T> what stands for an operand
     */
    public record In<T>(T x) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        return List.of(in.x().spec().as(type));
    }
}
