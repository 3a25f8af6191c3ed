package org.tenon.layers.attention;

import java.util.Optional;
import org.tenon.api.layer.KeyView;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Attention;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Ops;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.layers.position.RelativeBiasTable;
import org.tenon.layers.position.RotaryAngles;

/** {@code softmax(scale * q k^T) v}, heads side by side, then projected. */
final class SelfAttentionLayer implements Layer {
    private final SelfAttention spec;
    private final int headDim;
    private final double scale;
    private final Projection qkv;
    private final Projection out;
    private final Optional<Memory> keys;
    private final Optional<Tensor> qNorm;
    private final Optional<Tensor> kNorm;
    private final Optional<RotaryAngles> positions;
    private final Visibility sees;
    private final Optional<RelativeBiasTable> bias;

    SelfAttentionLayer(SelfAttention spec, LayerContext context) {
        int limit = context.dims().context();
        boolean normalised = spec.headNorm().isPresent();
        this.spec = spec;
        this.headDim = spec.headDimIn(context.dims().hidden());
        this.scale = spec.scale().orElse(1 / Math.sqrt(headDim));
        this.qkv = context.projection("qkv");
        this.out = context.projection("out");
        this.keys = spec.bidirectional() ? Optional.empty() : Optional.of(context.memory("keys"));
        this.qNorm = normalised ? Optional.of(context.parameter("qNorm.weight")) : Optional.empty();
        this.kNorm = normalised ? Optional.of(context.parameter("kNorm.weight")) : Optional.empty();
        this.positions =
                spec.rope().map(rope -> new RotaryAngles(rope.scaling().frequencies(rope.base(headDim, limit))));
        this.sees = spec.windowIn(limit).stream()
                .<Visibility>mapToObj(Visibility.Window::new)
                .findFirst()
                .orElseGet(Visibility.Causal::new);
        this.bias = spec.relativeBias().map(relative -> RelativeBiasTable.of(relative, spec.bidirectional(), context));
    }

    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        DType kept = step.numerics().activations();
        Tensor y = qkv.apply(ops, x, DType.F32); // [rows, (heads + 2 * kvHeads) * headDim]; rounded once, when placed
        Tensor q = placed(qkv.segment(y, "q").heads(spec.heads()), qNorm, step); // [rows, heads, headDim]
        Tensor k = placed(qkv.segment(y, "k").heads(spec.kvHeads()), kNorm, step); // [rows, kvHeads, headDim]
        Tensor v = ops.convert(qkv.segment(y, "v").heads(spec.kvHeads()), kept);

        Tensor mixed = keys.isPresent() ? overCache(q, k, v, step.keys(keys.get()), step) : overStep(q, k, v, step);
        Tensor joined = mixed.reshape(Shape.of(x.shape().dim(0), (long) spec.heads() * headDim));
        return out.apply(ops, joined, step.numerics().residual());
    }

    /** Over the keys so far, those of this step among them: [rows, heads, headDim]. */
    private Tensor overCache(Tensor q, Tensor k, Tensor v, KeyView cache, Step step) {
        Ops ops = step.ops();
        ops.emit(new CacheWrite(), new CacheWrite.In<>(cache.keys(), k, cache.slots()));
        ops.emit(new CacheWrite(), new CacheWrite.In<>(cache.values(), v, cache.slots()));
        return ops.one(
                attention(sees, cache.group().keys()),
                new Attention.In<>(
                        q,
                        cache.keys(),
                        cache.values(),
                        cache.table(),
                        cache.bases(),
                        step.lengths(),
                        step.sequence(),
                        step.positions(),
                        bias.map(table -> table.in(step))));
    }

    /** Over the keys of the step itself, which holds sequences whole: a pool whose blocks are the rows, one key each. */
    private Tensor overStep(Tensor q, Tensor k, Tensor v, Step step) {
        Shape pool = Shape.of(k.shape().dim(0), spec.kvHeads(), 1, headDim);
        Tensor bases = step.ops().fill(0, DType.I32, step.lengths().shape());
        return step.ops()
                .one(
                        attention(new Visibility.All(), step.dims().axis().query()),
                        new Attention.In<>(
                                q,
                                k.reshape(pool),
                                v.reshape(pool),
                                step.members(),
                                bases,
                                step.lengths(),
                                step.sequence(),
                                step.positions(),
                                bias.map(table -> table.in(step))));
    }

    private Attention attention(Visibility visible, Extent most) {
        return new Attention(scale, visible, most)
                .softCap(spec.softCap().orElse(0))
                .relativeBias(bias.isPresent());
    }

    /** Heads normalised and turned by their rows' positions, where the spec says so. */
    private Tensor placed(Tensor heads, Optional<Tensor> norm, Step step) {
        Ops ops = step.ops();
        DType kept = step.numerics().activations();
        Tensor normal = norm.isPresent()
                ? ops.one(new RmsNorm(spec.headNorm().orElseThrow(), DType.F32), new RmsNorm.In<>(heads, norm.get()))
                : heads;
        if (positions.isEmpty()) {
            return ops.convert(normal, kept);
        }
        RotaryAngles.Angles angles = positions.get().angles(step);
        Rope rope = new Rope(spec.rope().orElseThrow().interleaved(), kept);
        return ops.one(rope, new Rope.In<>(normal, angles.cos(), angles.sin()));
    }
}
