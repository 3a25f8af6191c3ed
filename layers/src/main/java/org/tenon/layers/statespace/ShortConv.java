package org.tenon.layers.statespace;

import java.util.Optional;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.StateView;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/**
 * The convolution before a scan: each channel over a few rows, then SiLU.
 *
 * @param weight F32 {@code [channels, 1, taps]}
 * @param bias F32 {@code [channels]}, if there is one
 * @param last the rows before
 */
record ShortConv(Tensor weight, Optional<Tensor> bias, Memory last) {
    static ShortConv of(LayerContext context, boolean bias) {
        return new ShortConv(
                context.parameter("conv.weight"),
                bias ? Optional.of(context.parameter("conv.bias")) : Optional.empty(),
                context.memory("last"));
    }

    /** As PyTorch initialises a convolution of one input channel. */
    static void declare(Declaration declaration, int channels, int taps, boolean bias) {
        double limit = 1 / Math.sqrt(taps);
        declaration.parameter("conv.weight", Shape.of(channels, 1, taps), Initialiser.uniform(-limit, limit));
        if (bias) {
            declaration.parameter("conv.bias", Shape.of(channels), Initialiser.constant(0));
        }
        declaration
                .memory("last", new LayerMemory.State(Shape.of(taps - 1, channels)))
                .operationsPerKey("last", 2L * taps * channels);
    }

    /** x: [rows, channels] -> [rows, channels], F32. */
    Tensor forward(Tensor x, Step step) {
        Ops ops = step.ops();
        StateView state = step.state(last);
        Tensor taps = transposed(ops, weight.reshape(Shape.of(weight.shape().size(0), weight.width())));
        return ops.one(
                new CausalConv(true, DType.F32),
                new CausalConv.In<>(x, taps, bias, state.pool(), state.read(), state.write(), step.sequence()));
    }

    /** A small matrix with rows and columns swapped, {@code [m, n] -> [n, m]}: done once, at load. */
    static Tensor transposed(Ops ops, Tensor matrix) {
        int m = Math.toIntExact(matrix.shape().size(0));
        int n = Math.toIntExact(matrix.width());
        Tensor place = ops.iota(Dim.of((long) m * n)); // of the result: i * m + j
        Tensor j = ops.binary(Binary.MODULO, place, ops.constant(Shape.of(1), m));
        Tensor from = ops.add(ops.multiply(j, n), ops.divide(place, m)); // j * n + i
        return ops.gather(matrix.reshape(Shape.of((long) m * n, 1)), from).reshape(Shape.of(n, m));
    }
}
