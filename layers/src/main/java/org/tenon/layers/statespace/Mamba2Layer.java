package org.tenon.layers.statespace;

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
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** {@code out(norm(silu(gate) * scan(conv(x, b, c))))}. */
final class Mamba2Layer implements Layer {
    private final Mamba2 spec;
    private final int heads;
    private final Projection in;
    private final Projection out;
    private final ShortConv conv;
    private final Tensor decay;
    private final Tensor skip;
    private final Tensor stepBias;
    private final Tensor norm;
    private final Memory state;

    Mamba2Layer(Mamba2 spec, LayerContext context) {
        this.spec = spec;
        this.heads = spec.headsIn(context.dims().hidden());
        this.in = context.projection("input");
        this.out = context.projection("output");
        this.conv = ShortConv.of(context, spec.convBias());
        this.decay = context.parameter("decay");
        this.skip = context.parameter("skip");
        this.stepBias = context.parameter("stepBias");
        this.norm = context.parameter("norm.weight");
        this.state = context.memory("scan");
    }

    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        DType kept = step.numerics().activations();
        long channels = (long) heads * spec.headDim();
        long shared = (long) spec.groups() * spec.states();
        Dim rows = x.shape().dim(0);
        Shape perGroup = Shape.of(rows, spec.groups(), spec.states());
        Tensor y = in.apply(ops, x, DType.F32); // [rows, channels + conv + heads]
        Tensor mixed = conv.forward(in.segment(y, "conv"), step); // [rows, channels + 2 * groups * states]
        StateView view = step.state(state);
        Tensor scanned = ops.one(
                new StateSpaceDual(spec.leastStep(), spec.mostStep(), DType.F32),
                new StateSpaceDual.In<>(
                        mixed.columns(0, channels).heads(heads),
                        in.segment(y, "dt"),
                        stepBias,
                        Rates.negative(ops, decay),
                        mixed.columns(channels, channels + shared).reshape(perGroup),
                        mixed.columns(channels + shared, channels + 2 * shared).reshape(perGroup),
                        skip,
                        view.pool(),
                        view.read(),
                        view.write(),
                        step.sequence())); // [rows, heads, headDim]
        Tensor joined = scanned.reshape(Shape.of(rows, channels));
        Tensor gated = ops.one(new Gated(Activation.SILU, DType.F32), new Gated.In<>(in.segment(y, "gate"), joined));
        return out.apply(ops, normalised(gated, kept, ops), step.numerics().residual());
    }

    /** Each part of the row by itself, then the weights of the whole. */
    private Tensor normalised(Tensor x, DType type, Ops ops) {
        int parts = spec.groups();
        if (parts == 1) {
            return ops.one(new RmsNorm(spec.epsilon(), type), new RmsNorm.In<>(x, norm));
        }
        long width = x.width() / parts;
        Tensor split = x.reshape(Shape.of(x.shape().dim(0), parts, width));
        Tensor ones = ops.fill(1, DType.F32, Shape.of(width));
        Tensor normal = ops.one(new RmsNorm(spec.epsilon(), DType.F32), new RmsNorm.In<>(split, ones));
        return ops.convert(ops.multiply(normal.reshape(x.shape()), norm), type);
    }
}
