package org.tenon.api.op;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The scan of Mamba-2, whose dual is a masked attention (SSD, Dao and Gu 2024): all channels of a head decay alike,
 * {@code h = exp(delta a) h + delta b x^T}, {@code y = c h + d x}, with {@code delta = softplus(dt + bias)} held between two limits. Heads
 * stand in groups that share {@code b} and {@code c}. Computed in F32, row by row or in chunks. Rows of no sequence give zeros. Slots are
 * read and written as {@link SelectiveScan} says.
 *
 * @param least the smallest step size, 0 as a rule
 * @param most the largest step size, infinity as a rule
 * @param type the output's type
 */
public record StateSpaceDual(double least, double most, DType type)
        implements Op<StateSpaceDual.In<Tensor>, StateSpaceDual.In<Buffer>> {
    /** Step sizes are held between limits. */
    public static final Feature LIMITS = new Feature("LIMITS");

    /**
     * The operands.
     *
     * @param x floating, {@code [rows, heads, headDim]}
     * @param dt floating, {@code [rows, heads]}: the step size before bias and softplus
     * @param bias F32 {@code [heads]}, added to {@code dt}
     * @param a F32 {@code [heads]}, negative
     * @param b floating, {@code [rows, groups, states]}
     * @param c like {@code b}
     * @param d F32 {@code [heads]}
     * @param state the pool, F32 {@code [slots, heads, states, headDim]}, changed in the slots written
     * @param read I32 {@code [sequences]}: the slot that a sequence goes on from, negative for zeros
     * @param write I32 {@code [rows]}: the slot that receives the state after the row, negative for none
     * @param sequence I32 {@code [rows]}: which sequence the row belongs to, negative for padding; rows of one lie together
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T dt, T bias, T a, T b, T c, T d, T state, T read, T write, T sequence)
            implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(
                    as.in("x", x),
                    as.in("dt", dt),
                    as.in("bias", bias),
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

    @Override
    public Set<Feature> features() {
        return limited() ? Set.of(LIMITS) : Set.of();
    }

    private boolean limited() {
        return least > 0 || most < Double.POSITIVE_INFINITY;
    }

    /** The output is {@code [rows, heads, headDim]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape x = in.x().shape();
        ShapeMismatch.unless(
                x.rank() == 3 && in.x().type().floating(), this, "x", "floating [rows, heads, headDim]", in.x());
        Dim rows = x.dim(0);
        long heads = x.size(1);
        ShapeMismatch.unless(
                in.dt().type().equals(in.x().type()) && in.dt().shape().equals(Shape.of(rows, heads)),
                this,
                "dt",
                in.x().type() + " " + Shape.of(rows, heads),
                in.dt());
        perHead("bias", in.bias(), heads);
        perHead("a", in.a(), heads);
        perHead("d", in.d(), heads);
        Shape b = in.b().shape();
        ShapeMismatch.unless(
                in.b().type().equals(in.x().type())
                        && b.rank() == 3
                        && b.dim(0).equals(rows)
                        && b.size(1) > 0
                        && heads % b.size(1) == 0,
                this,
                "b",
                in.x().type() + " [" + rows + ", groups, states] with groups that divide the " + heads + " heads",
                in.b());
        ShapeMismatch.unless(
                in.c().type().equals(in.b().type()) && in.c().shape().equals(b),
                this,
                "c",
                "like b, " + in.b().spec(),
                in.c());
        States.check(
                this, rows, Shape.of(heads, b.width(), x.width()), in.state(), in.read(), in.write(), in.sequence());
        return List.of(TensorSpec.dense(type, x));
    }

    private void perHead(String operand, Tensor tensor, long heads) {
        ShapeMismatch.unless(
                tensor.type().equals(DType.F32) && tensor.shape().equals(Shape.of(heads)),
                this,
                operand,
                "F32 [" + heads + "]",
                tensor);
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        Shape perHead = in.x().shape();
        long heads = perHead.size(1);
        long headDim = perHead.width();
        long groups = in.b().shape().size(1);
        long each = heads / groups;
        long states = in.b().width();
        Tensor y = ops.variable(ops.fill(0, DType.F32, perHead)); // [rows, heads, headDim]
        States scan = States.of(ops, in.state(), in.read(), in.write(), in.sequence());
        scan.each(row -> {
            Tensor x = row.of(in.x()).reshape(Shape.of(groups, each, 1, headDim));
            Tensor delta = delta(ops, ops.add(row.of(in.dt()), in.bias())); // [1, heads]
            Tensor decay = ops.unary(Unary.EXP, ops.multiply(delta, in.a()));
            Tensor h = row.state().reshape(Shape.of(groups, each, states, headDim));
            Tensor b = row.of(in.b()).reshape(Shape.of(groups, 1, states, 1));
            Tensor c = row.of(in.c()).reshape(Shape.of(groups, 1, states));
            Shape one = Shape.of(groups, each, 1, 1);
            Tensor next = ops.add(
                    ops.multiply(h, decay.reshape(one)),
                    ops.multiply(b, ops.multiply(x, delta.reshape(one)))); // [groups, each, states, headDim]
            row.becomes(next);
            Tensor head = ops.iota(Dim.of(heads)); // [heads]
            Tensor queries = ops.gather(c, ops.divide(head, Math.toIntExact(each)));
            Tensor seen = ops.one(
                    new MatMul(false),
                    new MatMul.In<>(queries, next.reshape(Shape.of(heads, states, headDim)), Optional.of(head)));
            Tensor passed =
                    ops.multiply(x.reshape(Shape.of(heads, 1, headDim)), in.d().reshape(Shape.of(heads, 1, 1)));
            ops.scatter(y, ops.add(seen, passed).reshape(Shape.of(1, heads, headDim)), row.index());
        });
        Tensor owned =
                ops.select(scan.owned().reshape(Shape.of(perHead.dim(0), 1, 1)), y, ops.constant(Shape.of(1), 0f));
        if (type.equals(DType.F32)) {
            ops.into(out.getFirst()).unary(Unary.COPY, owned);
        } else {
            ops.into(out.getFirst()).convert(owned, type);
        }
    }

    private Tensor delta(Ops ops, Tensor dt) {
        Tensor delta = ops.unary(Unary.SOFTPLUS, dt);
        if (!limited()) {
            return delta;
        }
        Tensor above = ops.binary(Binary.MAX, delta, ops.constant(Shape.of(1), (float) least));
        return ops.binary(Binary.MIN, above, ops.constant(Shape.of(1), (float) most));
    }
}
