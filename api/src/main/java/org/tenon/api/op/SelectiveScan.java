package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The selective scan S6 of Mamba (Gu and Dao 2023): each channel has a state of its own that every row of the sequence replaces,
 * {@code h = exp(delta a) h + delta b x}, {@code y = c h + d x}, with {@code delta = softplus(dt)}. Computed in F32. Rows of no sequence
 * give zeros.
 *
 * <p>A sequence goes on from the slot that it reads, or from zeros; the state after a row goes to the slot that the row names. No slot is
 * named by two rows, and none that a sequence reads by the rows of another.
 *
 * @param type the output's type
 */
public record SelectiveScan(DType type) implements Op<SelectiveScan.In<Tensor>, SelectiveScan.In<Buffer>> {
    /**
     * The operands.
     *
     * @param x floating, {@code [rows, channels]}
     * @param dt like {@code x}: the step size before the softplus
     * @param a F32 {@code [states, channels]}, negative
     * @param b floating, {@code [rows, states]}
     * @param c like {@code b}
     * @param d F32 {@code [channels]}
     * @param state the pool, F32 {@code [slots, states, channels]}, changed in the slots written
     * @param read I32 {@code [sequences]}: the slot that a sequence goes on from, negative for zeros
     * @param write I32 {@code [rows]}: the slot that receives the state after the row, negative for none
     * @param sequence I32 {@code [rows]}: which sequence the row belongs to, negative for padding; rows of one lie together
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T dt, T a, T b, T c, T d, T state, T read, T write, T sequence) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(
                    as.in("x", x),
                    as.in("dt", dt),
                    as.in("a", a),
                    as.in("b", b),
                    as.in("c", c),
                    as.in("d", d),
                    as.inout("state", state),
                    as.in("read", read),
                    as.in("write", write),
                    as.in("sequence", sequence));
        }
    }

    /** The output is {@code [rows, channels]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape x = in.x().shape();
        ShapeMismatch.unless(x.rank() == 2 && in.x().type().floating(), this, "x", "floating [rows, channels]", in.x());
        like("dt", in.dt(), in.x(), x);
        long channels = x.width();
        ShapeMismatch.unless(
                in.a().type().equals(DType.F32)
                        && in.a().shape().rank() == 2
                        && in.a().width() == channels,
                this,
                "a",
                "F32 [states, " + channels + "] for x " + x,
                in.a());
        long states = in.a().shape().size(0);
        Dim rows = x.dim(0);
        like("b", in.b(), in.x(), Shape.of(rows, states));
        like("c", in.c(), in.x(), Shape.of(rows, states));
        ShapeMismatch.unless(
                in.d().type().equals(DType.F32) && in.d().shape().equals(Shape.of(channels)),
                this,
                "d",
                "F32 [" + channels + "]",
                in.d());
        States.check(this, rows, Shape.of(states, channels), in.state(), in.read(), in.write(), in.sequence());
        return List.of(TensorSpec.dense(type, x));
    }

    private void like(String operand, Tensor tensor, Tensor x, Shape shape) {
        ShapeMismatch.unless(
                tensor.type().equals(x.type()) && tensor.shape().equals(shape),
                this,
                operand,
                x.type() + " " + shape,
                tensor);
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        long channels = in.x().width();
        long states = in.a().shape().size(0);
        States each = States.of(ops, in.state(), in.read(), in.write(), in.sequence());
        Tensor y = ops.variable(ops.fill(0, DType.F32, in.x().shape())); // [rows, channels]
        each.each(row -> {
            Tensor x = row.of(in.x()); // [1, channels]
            Tensor delta = ops.unary(Unary.SOFTPLUS, row.of(in.dt()));
            Tensor h = row.state().reshape(Shape.of(states, channels));
            Tensor decay = ops.unary(Unary.EXP, ops.multiply(in.a(), delta)); // [states, channels]
            Tensor b = row.of(in.b()).reshape(Shape.of(states, 1));
            Tensor next = ops.add(ops.multiply(h, decay), ops.multiply(b, ops.multiply(delta, x)));
            row.becomes(next);
            Tensor seen = ops.one(
                    new MatMul(false), new MatMul.In<>(row.of(in.c()), next, Optional.empty())); // [1, channels]
            ops.scatter(y, ops.add(seen, ops.multiply(x, in.d())), row.index());
        });
        Tensor owned = ops.select(each.owned(), y, ops.constant(Shape.of(1), 0f));
        if (type.equals(DType.F32)) {
            ops.into(out.getFirst()).unary(Unary.COPY, owned);
        } else {
            ops.into(out.getFirst()).convert(owned, type);
        }
    }
}
