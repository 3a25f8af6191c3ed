package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Rows of a weight picked by id. Ids are checked on the host before a step; a negative one (padding) gives zeros.
 *
 * @param type the output's type
 */
public record Embedding(DType type) implements Op<Embedding.In<Tensor>, Embedding.In<Buffer>> {
    /**
     * The operands.
     *
     * @param table {@code [vocabulary, hidden]}
     * @param ids I32 {@code [rows]}
     * @param <T> what stands for an operand
     */
    public record In<T>(T table, T ids) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.weight("table", table), as.in("ids", ids));
        }
    }

    /** The output is {@code [rows, hidden]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        ShapeMismatch.unless(in.table().shape().rank() == 2, this, "table", "[vocabulary, hidden]", in.table());
        ShapeMismatch.unless(
                in.ids().type().equals(DType.I32) && in.ids().shape().rank() == 1, this, "ids", "I32 [rows]", in.ids());
        return List.of(TensorSpec.dense(
                type, Shape.of(in.ids().shape().dim(0), in.table().width())));
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Tensor table = ops.convert(in.table(), type.equals(in.table().type()) ? type : DType.F32);
        if (table.type().equals(type)) {
            ops.into(out.getFirst()).gather(table, in.ids());
        } else {
            ops.into(out.getFirst()).convert(ops.gather(table, in.ids()), type);
        }
    }
}
