package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A gated activation, {@code f(gate) * up} (Shazeer 2020: SwiGLU and its siblings), computed in F32.
 *
 * @param activation the function {@code f}
 * @param type the output's type
 */
public record Gated(Activation activation, DType type) implements Op<Gated.In<Tensor>, Gated.In<Buffer>> {
    /**
     * The operands.
     *
     * @param gate floating, any shape
     * @param up as the gate
     * @param <T> what stands for an operand
     */
    public record In<T>(T gate, T up) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.reusable("gate", gate), as.reusable("up", up));
        }
    }

    /** The output has the shape of the gate. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.gate().type().floating(), this, "gate", "of a floating type", in.gate());
        ShapeMismatch.unless(
                in.up().shape().equals(in.gate().shape())
                        && in.up().type().equals(in.gate().type()),
                this,
                "up",
                "like the gate, " + in.gate().spec(),
                in.up());
        return List.of(in.gate().spec().as(type));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor gate = activation.lower(ops, ops.convert(in.gate(), DType.F32));
        Tensor up = ops.convert(in.up(), DType.F32);
        Tensor target = out.getFirst();
        if (target.type().equals(DType.F32)) {
            ops.into(target).multiply(gate, up);
        } else {
            ops.into(target).convert(ops.multiply(gate, up), target.type());
        }
    }
}
