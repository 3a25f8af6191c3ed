package org.tenon.api.op;

import java.util.ArrayList;
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
 * A convolution of each channel by itself over a row and those before it in its sequence (as in Mamba, Gu and Dao 2023): with taps
 * {@code w}, {@code y[t] = w[width - 1] x[t] + ... + w[0] x[t - width + 1] + bias}, and SiLU of that. Computed in F32. Rows of no sequence
 * give zeros.
 *
 * <p>What lies before the step comes from the slot that the sequence reads: its last {@code width - 1} rows, the oldest first; zeros where
 * there is none. Slots are written as {@link SelectiveScan} says.
 *
 * @param silu whether the result goes through {@code x sigmoid(x)}
 * @param type the output's type
 */
public record CausalConv(boolean silu, DType type) implements Op<CausalConv.In<Tensor>, CausalConv.In<Buffer>> {
    /** The result is activated. */
    public static final Feature SILU = new Feature("SILU");

    /** More taps than this have no name in the field. */
    private static final int MOST_TAPS = 16;

    /**
     * The operands.
     *
     * @param x floating, {@code [rows, channels]}
     * @param weight F32 {@code [width, channels]}, 2 to 16 taps, that of the row itself last
     * @param bias F32 {@code [channels]}, if there is one
     * @param state the pool, F32 {@code [slots, width - 1, channels]}, changed in the slots written
     * @param read I32 {@code [sequences]}: the slot that a sequence goes on from, negative for zeros
     * @param write I32 {@code [rows]}: the slot that receives the state after the row, negative for none
     * @param sequence I32 {@code [rows]}: which sequence the row belongs to, negative for padding; rows of one lie together
     * @param <T> what stands for an operand
     */
    public record In<T>(T x, T weight, Optional<T> bias, T state, T read, T write, T sequence) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(
                    as.in("x", x),
                    as.in("weight", weight),
                    as.optional("bias", bias),
                    as.inout("state", state),
                    as.in("read", read),
                    as.in("write", write),
                    as.in("sequence", sequence));
        }
    }

    @Override
    public Set<Feature> features() {
        return silu ? Set.of(SILU) : Set.of();
    }

    /** The output is {@code [rows, channels]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape x = in.x().shape();
        ShapeMismatch.unless(x.rank() == 2 && in.x().type().floating(), this, "x", "floating [rows, channels]", in.x());
        long channels = x.width();
        Shape weight = in.weight().shape();
        ShapeMismatch.unless(
                in.weight().type().equals(DType.F32)
                        && weight.rank() == 2
                        && weight.width() == channels
                        && weight.size(0) >= 2
                        && weight.size(0) <= MOST_TAPS,
                this,
                "weight",
                "F32 [2 to " + MOST_TAPS + ", " + channels + "] for x " + x,
                in.weight());
        in.bias()
                .ifPresent(bias -> ShapeMismatch.unless(
                        bias.type().equals(DType.F32) && bias.shape().equals(Shape.of(channels)),
                        this,
                        "bias",
                        "F32 [" + channels + "]",
                        bias));
        States.check(
                this,
                x.dim(0),
                Shape.of(weight.size(0) - 1, channels),
                in.state(),
                in.read(),
                in.write(),
                in.sequence());
        return List.of(TensorSpec.dense(type, x));
    }

    /** For each tap the rows that it meets: rows of the step, or of the state where the sequence has fewer in the step. */
    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        int kept = Math.toIntExact(in.weight().shape().size(0)) - 1;
        long channels = in.x().width();
        Dim rows = in.x().shape().dim(0);
        Shape perRow = Shape.of(rows, 1);
        Tensor zero = ops.constant(Shape.of(1), 0);
        Tensor none = ops.constant(Shape.of(1), -1);
        Tensor x = ops.convert(in.x(), DType.F32);
        Tensor row = ops.iota(rows);
        Tensor owners = in.sequence().reshape(perRow);
        Tensor padding = ops.binary(Binary.LESS, in.sequence(), zero);
        Tensor slot = ops.gather(in.read().reshape(Shape.of(in.read().shape().dim(0), 1)), in.sequence())
                .reshape(Shape.of(rows));
        Tensor from = ops.select(padding, none, slot); // [rows]
        Tensor states = in.state().reshape(Shape.of(in.state().shape().size(0) * kept, channels));
        List<Tensor> earlier = new ArrayList<>(); // [kept] of I32 [rows]: the row so many before, -1 outside the step
        Tensor before = zero; // how many rows of its sequence a row has before it in the step, up to those kept
        for (int back = 1; back <= kept; back++) {
            Tensor at = ops.add(row, -back);
            Tensor inside = ops.select(ops.binary(Binary.LESS, at, zero), none, at);
            Tensor owner = ops.gather(owners, inside).reshape(Shape.of(rows));
            Tensor same = ops.select(
                    ops.binary(Binary.LESS, inside, zero), zero, ops.binary(Binary.EQUAL, owner, in.sequence()));
            earlier.add(ops.select(same, inside, none));
            before = ops.add(before, same);
        }
        List<Tensor> taps = new ArrayList<>(List.of(x)); // [kept + 1], the row itself first
        for (int back = 1; back <= kept; back++) {
            Tensor at = earlier.get(back - 1);
            Tensor place = ops.add(before, kept - back); // in the state
            Tensor kin =
                    ops.select(ops.binary(Binary.LESS, from, zero), none, ops.add(ops.multiply(from, kept), place));
            Tensor outside = ops.binary(Binary.LESS, at, zero);
            Tensor old = ops.gather(states, ops.select(outside, kin, none)); // zeros where the tap is in the step
            taps.add(ops.add(ops.gather(x, at), old));
        }
        Tensor sum = in.bias().orElseGet(() -> ops.constant(Shape.of(1), 0f));
        Tensor weight = in.weight().reshape(Shape.of(kept + 1, channels));
        for (int back = 0; back <= kept; back++) {
            Tensor w = ops.gather(weight, ops.constant(Shape.of(1), kept - back)); // [1, channels]
            sum = ops.add(ops.multiply(taps.get(back), w), sum);
        }
        for (int place = 0; place < kept; place++) {
            Tensor to = ops.add(ops.multiply(in.write(), kept), place);
            Tensor index = ops.select(ops.binary(Binary.LESS, in.write(), zero), none, to);
            ops.scatter(states, taps.get(kept - 1 - place), index);
        }
        Tensor activated = silu ? ops.multiply(sum, ops.unary(Unary.SIGMOID, sum)) : sum;
        Tensor y = ops.select(padding.reshape(perRow), ops.constant(Shape.of(1), 0f), activated);
        if (type.equals(DType.F32)) {
            ops.into(out.getFirst()).unary(Unary.COPY, y);
        } else {
            ops.into(out.getFirst()).convert(y, type);
        }
    }
}
