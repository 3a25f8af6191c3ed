package org.tenon.backend.opencl;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** Attention over a cache of blocks, for queries that see a run of keys about their own position ({@code kernels/attention.cl}). */
final class Attentions {
    /** Rows of a unit of work, and lanes of what a kernel keeps. */
    private static final long TILE = 16;
    /** As far as positions go. */
    private static final long ALL = 1L << 31;
    /** Where there is no bias by distance. */
    private static final long NOWHERE = -1;

    private final Kernels kernels;
    private final boolean batchInvariant;

    /**
     * Looks nothing up.
     *
     * @param kernels the programs
     * @param batchInvariant whether a row's results may depend on nothing else in a step
     */
    Attentions(Kernels kernels, boolean batchInvariant) {
        this.kernels = kernels;
        this.batchInvariant = batchInvariant;
    }

    Lookup<Attention.In<Buffer>> attention(Attention op, Attention.In<Tensor> in, List<Tensor> out) {
        if (!kernels.processor() || batchInvariant) {
            return Lookup.unsupported("only on a processor, where results may depend on a row's neighbours");
        }
        if (!(op.sees() instanceof Visibility.Causal
                || op.sees() instanceof Visibility.Window
                || op.sees() instanceof Visibility.All)) {
            return Lookup.unsupported("only causal attention, windows and all keys, not " + op.sees());
        }
        DType cached = in.keys().type();
        if (!Stream.of(in.q().type(), cached, out.getFirst().type()).allMatch(Kernels.FLOATS::contains)
                || !in.values().type().equals(cached)
                || !out.getFirst().type().equals(in.q().type())) {
            return Lookup.unsupported("only F32, F16 and BF16, keys like values and the output like the queries");
        }
        long heads = in.q().shape().size(1);
        long kvHeads = in.keys().shape().size(1);
        long room = Float.BYTES
                * room(heads / kvHeads, in.keys().width(), in.values().width());
        return kernels.<Attention.In<Buffer>>items((operands, outputs, workspace) -> {
                    ToLongFunction<StepShape> rows =
                            step -> operands.q().shape().dim(0).size(step);
                    long reach = op.sees() instanceof Visibility.Window window ? window.size() : ALL;
                    return kernels.launch(
                                    "attention",
                                    "attention",
                                    Map.of("Q", operands.q().type(), "C", cached))
                            .operand(outputs.getFirst())
                            .operand(operands.q())
                            .operand(operands.keys())
                            .operand(operands.values())
                            .operand(operands.table())
                            .operand(operands.bases())
                            .operand(operands.lengths())
                            .operand(operands.sequence())
                            .operand(operands.positions())
                            .operand(operands.bias())
                            .memory(workspace)
                            .number(heads)
                            .number(kvHeads)
                            .number(reach)
                            .number(op.sees() instanceof Visibility.All ? ALL : 0)
                            .real(op.scale())
                            .real(op.softCap())
                            .number(operands.bias()
                                    .map(bias -> bias.shape().size(0) / 2)
                                    .orElse(NOWHERE))
                            .size(rows)
                            .over(step -> (rows.applyAsLong(step) + TILE - 1) / TILE * kvHeads, ClLaunch.EFFORT);
                })
                .workspace(step -> kernels.mostItems() * room)
                .handling(
                        Visibility.Window.WINDOW,
                        Visibility.All.BIDIRECTIONAL,
                        Attention.SOFT_CAP,
                        Attention.RELATIVE_BIAS);
    }

    /** The numbers that a work-item keeps: queries, sums, largest scores and totals of a tile, and sixteen keys twice and values. */
    private static long room(long group, long keyWidth, long valueWidth) {
        long keys = padded(keyWidth);
        long values = padded(valueWidth);
        return TILE * group * (keys + values + 2) + TILE * (2 * keys + values);
    }

    private static long padded(long width) {
        return (width + TILE - 1) / TILE * TILE;
    }
}
