package org.tenon.backend.opencl;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Operands;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** What goes through the rows of a sequence in order ({@code kernels/scans.cl, gpu/scans.cl, gpu/convolutions.cl}). */
final class Scans {
    /** Channels of a unit of work on a processor. */
    private static final long LANES = 16;
    /** Numbers of a state that an item of a GPU keeps in its registers, or close by. */
    private static final long MOST_STATES = 256;

    private final Kernels kernels;

    Scans(Kernels kernels) {
        this.kernels = kernels;
    }

    Lookup<CausalConv.In<Buffer>> conv(CausalConv op, CausalConv.In<Tensor> in, List<Tensor> out) {
        if (unknown(in.x(), out)) {
            return unsupported();
        }
        return kernels.<CausalConv.In<Buffer>>items((operands, outputs, workspace) -> {
                    Buffer result = outputs.getFirst();
                    long channels = result.shape().width();
                    long taps = operands.weight().shape().size(0);
                    ToLongFunction<StepShape> rows = View.rows(result.shape());
                    ClLaunch.Builder launch = launch("convolutions", "conv", operands.x(), result, taps - 1)
                            .operand(operands.weight())
                            .operand(operands.bias())
                            .operand(operands.state())
                            .operand(operands.read())
                            .operand(operands.write())
                            .operand(operands.sequence())
                            .flag(op.silu());
                    if (kernels.processor()) {
                        launch.number(taps);
                    }
                    return over(launch.size(rows), rows, operands.read(), parts(channels), channels);
                })
                .handling(CausalConv.SILU);
    }

    Lookup<SelectiveScan.In<Buffer>> selective(SelectiveScan op, SelectiveScan.In<Tensor> in, List<Tensor> out) {
        if (unknown(in.x(), out) || tooMany(in.a().shape().size(0))) {
            return unsupported();
        }
        long states = in.a().shape().size(0);
        return kernels.<SelectiveScan.In<Buffer>>items((operands, outputs, workspace) -> {
                    Buffer result = outputs.getFirst();
                    long channels = result.shape().width();
                    ToLongFunction<StepShape> rows = View.rows(result.shape());
                    ClLaunch.Builder launch = launch("scans", "selective", operands.x(), result, states)
                            .operand(operands.dt())
                            .operand(operands.a())
                            .operand(operands.b())
                            .operand(operands.c())
                            .operand(operands.d())
                            .operand(operands.state())
                            .operand(operands.read())
                            .operand(operands.write())
                            .operand(operands.sequence());
                    if (kernels.processor()) {
                        launch.memory(workspace).number(states);
                    }
                    return over(launch.size(rows), rows, operands.read(), parts(channels), channels);
                })
                .workspace(step -> room(states * LANES));
    }

    Lookup<StateSpaceDual.In<Buffer>> dual(StateSpaceDual op, StateSpaceDual.In<Tensor> in, List<Tensor> out) {
        if (unknown(in.x(), out) || tooMany(in.b().width())) {
            return unsupported();
        }
        long heads = in.x().shape().size(1);
        long states = in.b().width();
        long headDim = in.x().width();
        return kernels.<StateSpaceDual.In<Buffer>>items((operands, outputs, workspace) -> {
                    ToLongFunction<StepShape> rows =
                            step -> operands.x().shape().dim(0).size(step);
                    ClLaunch.Builder launch = launch("scans", "dual", operands.x(), outputs.getFirst(), states)
                            .operand(operands.dt())
                            .operand(operands.bias())
                            .operand(operands.a())
                            .operand(operands.b())
                            .operand(operands.c())
                            .operand(operands.d())
                            .operand(operands.state())
                            .operand(operands.read())
                            .operand(operands.write())
                            .operand(operands.sequence());
                    if (kernels.processor()) {
                        launch.memory(workspace);
                    }
                    launch.number(heads)
                            .number(operands.b().shape().size(1))
                            .real(op.least())
                            .real(op.most())
                            .size(rows);
                    return over(launch, rows, operands.read(), heads, heads * headDim);
                })
                .workspace(step -> room(states * parts(headDim) * LANES))
                .handling(StateSpaceDual.LIMITS);
    }

    /** Of a kernel that exists for processors, all in one file, and for GPUs, compiled for what a channel keeps. */
    private ClLaunch.Builder launch(String file, String function, Buffer x, Buffer result, long kept) {
        ClLaunch.Builder launch = kernels.processor()
                ? kernels.launch("scans", function, Map.of("X", x.type(), "OUT", result.type()))
                : kernels.launch("gpu/" + file, function, Map.of("X", x.type(), "OUT", result.type(), "KEPT", kept));
        return launch.operand(result).operand(x);
    }

    /** On a processor a unit goes through all rows, on a GPU through those of one sequence. */
    private ClLaunch over(
            ClLaunch.Builder launch, ToLongFunction<StepShape> rows, Buffer read, long units, long channels) {
        ToLongFunction<StepShape> sequences = View.elements(read.shape());
        return kernels.processor()
                ? launch.over(step -> rows.applyAsLong(step) == 0 ? 0 : units, ClLaunch.EFFORT)
                : launch.over(
                        step -> rows.applyAsLong(step) == 0 ? 0 : Math.max(1, sequences.applyAsLong(step)) * channels,
                        ClLaunch.EFFORT);
    }

    /** Bytes for what the items of a processor keep. */
    private long room(long numbers) {
        return kernels.processor() ? kernels.mostItems() * numbers * Float.BYTES : 0;
    }

    /** Whether a channel keeps more than an item of a GPU has room for. */
    private boolean tooMany(long states) {
        return !kernels.processor() && states > MOST_STATES;
    }

    private static boolean unknown(Tensor x, List<Tensor> out) {
        return !Kernels.FLOATS.contains(x.type())
                || !Kernels.FLOATS.contains(out.getFirst().type());
    }

    private static <B extends Operands<Buffer>> Lookup<B> unsupported() {
        return Lookup.unsupported(
                "only F32, F16 and BF16, and on a GPU at most " + MOST_STATES + " numbers to a channel's state");
    }

    private static long parts(long channels) {
        return Math.ceilDiv(channels, LANES);
    }
}
