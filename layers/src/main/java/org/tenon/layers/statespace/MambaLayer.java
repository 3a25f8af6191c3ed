package org.tenon.layers.statespace;

import java.util.Map;
import java.util.Optional;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.StateView;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Ops;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** {@code out(silu(gate) * scan(conv(x)))}, steered by projections of what the convolution gives. */
final class MambaLayer implements Layer {
    private final Mamba spec;
    private final Projection in;
    private final Projection select;
    private final Projection stepSize;
    private final Projection out;
    private final ShortConv conv;
    private final Tensor decay;
    private final Tensor skip;
    private final Memory state;
    private final LayerContext context;

    MambaLayer(Mamba spec, LayerContext context) {
        this.spec = spec;
        this.in = context.projection("input");
        this.select = context.projection("select");
        this.stepSize = new Projection(
                Map.of("", context.parameter("step.weight")), Optional.of(context.parameter("step.bias")));
        this.out = context.projection("output");
        this.conv = ShortConv.of(context, spec.convBias());
        this.decay = context.parameter("decay");
        this.skip = context.parameter("skip");
        this.state = context.memory("scan");
        this.context = context;
    }

    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        DType kept = step.numerics().activations();
        Tensor y =
                in.apply(ops, x, DType.F32); // [rows, 2 * channels]; what steers the scan is rounded for products alone
        Tensor u = conv.forward(in.segment(y, "x"), step); // [rows, channels]
        Tensor steering = select.apply(ops, ops.convert(u, kept), DType.F32); // [rows, rank + 2 * states]
        Tensor size = ops.convert(steering(steering, "dt", ops), kept);
        Tensor dt = stepSize.apply(ops, size, DType.F32); // [rows, channels]
        StateView view = step.state(state);
        Tensor scanned = ops.one(
                new SelectiveScan(DType.F32),
                new SelectiveScan.In<>(
                        u,
                        dt,
                        ShortConv.transposed(ops, Rates.negative(ops, decay)),
                        steering(steering, "b", ops),
                        steering(steering, "c", ops),
                        skip,
                        view.pool(),
                        view.read(),
                        view.write(),
                        step.sequence())); // [rows, channels]
        Tensor gated = ops.one(new Gated(Activation.SILU, kept), new Gated.In<>(in.segment(y, "gate"), scanned));
        return out.apply(ops, gated, step.numerics().residual());
    }

    private Tensor steering(Tensor all, String part, Ops ops) {
        Tensor plain = select.segment(all, part);
        if (spec.norm().isEmpty()) {
            return plain;
        }
        Mamba.SelectionNorm norm = spec.norm().get();
        int width = Math.toIntExact(plain.width());
        Tensor weight =
                norm.weighted() ? context.parameter(part + "Norm.weight") : ops.fill(1, DType.F32, Shape.of(width));
        return ops.one(new RmsNorm(norm.epsilon(), DType.F32), new RmsNorm.In<>(plain, weight));
    }
}
