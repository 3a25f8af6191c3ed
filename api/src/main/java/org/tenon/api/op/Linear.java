package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The product with weight matrices, {@code y = x W^T + b}. Several matrices (query, key and value) stand one after another in the
 * output's columns; each keeps its own type.
 *
 * @param type the output's type
 */
public record Linear(DType type) implements Op<Linear.In<Tensor>, Linear.In<Buffer>> {
    /**
     * The operands.
     *
     * @param x {@code [rows, in]}
     * @param weights matrices {@code [out_i, in]}, at least one
     * @param bias F32 {@code [sum of out_i]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, List<T> weights, Optional<T> bias) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x), as.weights("weights", weights), as.optional("bias", bias));
        }
    }

    /** The output is {@code [rows, sum of out_i]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape x = in.x().shape();
        ShapeMismatch.unless(x.rank() == 2 && in.x().type().floating(), this, "x", "floating [rows, in]", in.x());
        ShapeMismatch.unless(!in.weights().isEmpty(), this, "weights", "at least one matrix", in.weights());
        long width = 0;
        for (int i = 0; i < in.weights().size(); i++) {
            Tensor weight = in.weights().get(i);
            ShapeMismatch.unless(
                    weight.shape().rank() == 2 && weight.width() == x.width(),
                    this,
                    "weights[" + i + "]",
                    "[out, " + x.width() + "] for x " + x,
                    weight);
            width += weight.shape().size(0);
        }
        if (in.bias().isPresent()) {
            Tensor bias = in.bias().get();
            ShapeMismatch.unless(
                    bias.type().equals(DType.F32) && bias.shape().equals(Shape.of(width)),
                    this,
                    "bias",
                    "F32 [" + width + "], one for each output",
                    bias);
        }
        return List.of(TensorSpec.dense(type, x.withWidth(width)));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        long column = 0;
        for (Tensor weight : in.weights()) {
            long end = column + weight.shape().size(0);
            Tensor matrix = weight.type().equals(in.x().type()) ? weight : ops.convert(weight, DType.F32);
            Tensor target = out.getFirst().columns(column, end);
            boolean direct = type.equals(DType.F32) && in.bias().isEmpty();
            Tensor product = (direct ? ops.into(target) : ops).matmul(in.x(), matrix);
            if (in.bias().isPresent()) {
                Tensor bias = in.bias().get().columns(column, end);
                product = (type.equals(DType.F32) ? ops.into(target) : ops).add(product, bias);
            }
            if (!type.equals(DType.F32)) {
                ops.into(target).convert(product, type);
            }
            column = end;
        }
    }
}
