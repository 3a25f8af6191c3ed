package org.tenon.layers.attention;

import org.tenon.api.layer.KeyView;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Signal;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Attention;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** {@code softmax(scale * q k^T) v} over the keys of an encoder's rows, which are new in some steps and kept in all. */
final class CrossAttentionLayer implements Layer {
    private final CrossAttention spec;
    private final int headDim;
    private final Projection q;
    private final Projection kv;
    private final Projection out;
    private final Memory keys;

    CrossAttentionLayer(CrossAttention spec, LayerContext context) {
        this.spec = spec;
        this.headDim = spec.headDimIn(context.dims().hidden());
        this.q = context.projection("q");
        this.kv = context.projection("kv");
        this.out = context.projection("out");
        this.keys = context.memory("keys");
    }

    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        DType kept = step.numerics().activations();
        KeyView cache = step.keys(keys);
        Tensor source = step.read(Signal.output(spec.source())); // [rows of the source, hidden]
        Tensor y = kv.apply(ops, source, kept); // [rows of the source, 2 * heads * headDim]
        Tensor k = kv.segment(y, "k").heads(spec.heads());
        Tensor v = kv.segment(y, "v").heads(spec.heads());
        ops.emit(new CacheWrite(), new CacheWrite.In<>(cache.keys(), k, cache.slots()));
        ops.emit(new CacheWrite(), new CacheWrite.In<>(cache.values(), v, cache.slots()));

        Tensor mixed = ops.one(
                new Attention(
                        spec.scale().orElse(1 / Math.sqrt(headDim)),
                        new Visibility.All(),
                        cache.group().keys()),
                new Attention.In<>(
                        q.apply(ops, x, kept).heads(spec.heads()),
                        cache.keys(),
                        cache.values(),
                        cache.table(),
                        cache.bases(),
                        cache.lengths(),
                        step.sequence(),
                        step.positions())); // [rows, heads, headDim]
        Tensor joined = mixed.reshape(Shape.of(x.shape().dim(0), (long) spec.heads() * headDim));
        return out.apply(ops, joined, step.numerics().residual());
    }
}
