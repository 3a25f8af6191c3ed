package com.example.retention;

import java.util.List;
import org.tenon.api.op.Attention;
import org.tenon.api.op.KeyChunks;
import org.tenon.api.op.Op;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Unary;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * The mixing of retention (Sun et al. 2023, equation 5): row {@code n} of head {@code h} gives
 * {@code sum over m <= n of decay[h]^(n - m) * scale * (q[n] k[m]) * v[m]}. Keys and values are those of a cache, as for {@link Attention}.
 *
 * @param scale multiplies the products of queries and keys
 * @param decays for each head what is left of a value from one position to the next, more than 0 and at most 1
 * @param keys counts the longest reach in the step
 */
public record Retain(double scale, List<Double> decays, Extent keys)
        implements Op<Attention.In<Tensor>, Attention.In<Buffer>> {
    /**
     * Copies the list.
     *
     * @param scale multiplies the products
     * @param decays what is left from one position to the next
     * @param keys counts the longest reach
     */
    public Retain {
        decays = List.copyOf(decays);
    }

    /** The output is F32 {@code [rows, heads, valueWidth]}. */
    @Override
    public List<TensorSpec> infer(Attention.In<Tensor> in) {
        return List.of(KeyChunks.mixed(this, in, DType.F32));
    }

    @Override
    public void lower(Ops ops, Attention.In<Tensor> in, List<Tensor> out) {
        KeyChunks chunks = KeyChunks.of(ops, in);
        Tensor q = chunks.queries(scale); // [rows, kvHeads, group, keyWidth]
        Tensor positions = ops.convert(chunks.positions(), DType.F32); // [rows, 1]
        Tensor rates = rates(ops, in.keys().shape().size(1)); // [kvHeads, group, 1]
        Tensor zero = ops.constant(Shape.of(1), 0f);
        Tensor sum =
                ops.variable(ops.fill(0, DType.F32, chunks.shape(in.values().width())));
        chunks.each(keys, chunk -> {
            Tensor visible = chunk.visible(new Visibility.Causal().lower(ops, chunks.positions(), chunk.positions()));
            Tensor distance = ops.subtract(positions, ops.convert(chunk.positions(), DType.F32)); // [rows, size]
            Tensor decay =
                    ops.unary(Unary.EXP, ops.multiply(distance.reshape(visible.shape()), rates)); // decay^(n - m)
            Tensor weights = ops.select(visible, ops.multiply(chunk.scores(q), decay), zero);
            ops.into(sum).add(sum, chunk.weighted(weights));
        });
        ops.into(out.getFirst().reshape(chunks.shape(in.values().width()))).unary(Unary.COPY, sum);
    }

    /** The logarithms of the decays, heads that read the same key head together. */
    private Tensor rates(Ops ops, long kvHeads) {
        float[] logarithms = new float[decays.size()];
        for (int head = 0; head < logarithms.length; head++) {
            logarithms[head] = (float) Math.log(decays.get(head));
        }
        return ops.constant(Shape.of(kvHeads, logarithms.length / kvHeads, 1), logarithms);
    }
}
