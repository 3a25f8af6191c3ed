package com.example.retention;

import org.tenon.api.layer.KeyView;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Attention;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Ops;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/** {@code (silu(x Wg) * norm(retain(x Wq, x Wk, x Wv))) Wo}, each head normalised by itself. */
record RetentionLayer(Retention spec, Projection qkvg, Projection out, Tensor norm, Memory keys) implements Layer {
    private static final double EPSILON = 1e-6;

    /** x: [rows, hidden] -> [rows, hidden]. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        DType kept = step.numerics().activations();
        Tensor y = qkvg.apply(ops, x, DType.F32); // [rows, 4 * hidden]
        Tensor q = ops.convert(qkvg.segment(y, "q").heads(spec.heads()), kept); // [rows, heads, headDim]
        Tensor k = ops.convert(qkvg.segment(y, "k").heads(spec.heads()), kept);
        Tensor v = ops.convert(qkvg.segment(y, "v").heads(spec.heads()), kept);

        KeyView cache = step.keys(keys);
        ops.emit(new CacheWrite(), new CacheWrite.In<>(cache.keys(), k, cache.slots()));
        ops.emit(new CacheWrite(), new CacheWrite.In<>(cache.values(), v, cache.slots()));
        Retain retain = new Retain(
                1 / Math.sqrt((double) q.width()), spec.decays(), cache.group().keys());
        Tensor mixed = ops.one(
                retain,
                new Attention.In<>(
                        q,
                        cache.keys(),
                        cache.values(),
                        cache.table(),
                        cache.bases(),
                        step.lengths(),
                        step.sequence(),
                        step.positions())); // [rows, heads, headDim]

        Tensor normal = ops.one(new RmsNorm(EPSILON, DType.F32), new RmsNorm.In<>(mixed, norm))
                .reshape(x.shape());
        Tensor gate = ops.dense(qkvg.segment(y, "g"));
        Tensor gated = ops.one(new Gated(Activation.SILU, kept), new Gated.In<>(gate, normal)); // [rows, hidden]
        return out.apply(ops, gated, step.numerics().residual());
    }
}
