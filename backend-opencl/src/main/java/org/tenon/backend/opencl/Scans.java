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

/** What goes through the rows of a sequence in order ({@code kernels/scans.cl}). */
final class Scans {
    /** Channels of a unit of work. */
    private static final long LANES = 16;

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
                    long parts = parts(result.shape().width());
                    ToLongFunction<StepShape> rows = View.rows(result.shape());
                    return launch("conv", operands.x(), result)
                            .operand(operands.weight())
                            .operand(operands.bias())
                            .operand(operands.state())
                            .operand(operands.read())
                            .operand(operands.write())
                            .operand(operands.sequence())
                            .flag(op.silu())
                            .number(operands.weight().shape().size(0))
                            .size(rows)
                            .over(step -> rows.applyAsLong(step) == 0 ? 0 : parts, ClLaunch.EFFORT);
                })
                .handling(CausalConv.SILU);
    }

    Lookup<SelectiveScan.In<Buffer>> selective(SelectiveScan op, SelectiveScan.In<Tensor> in, List<Tensor> out) {
        if (!kernels.processor() || unknown(in.x(), out)) {
            return unsupported();
        }
        long states = in.a().shape().size(0);
        return kernels.<SelectiveScan.In<Buffer>>items((operands, outputs, workspace) -> {
                    Buffer result = outputs.getFirst();
                    long parts = parts(result.shape().width());
                    ToLongFunction<StepShape> rows = View.rows(result.shape());
                    return launch("selective", operands.x(), result)
                            .operand(operands.dt())
                            .operand(operands.a())
                            .operand(operands.b())
                            .operand(operands.c())
                            .operand(operands.d())
                            .operand(operands.state())
                            .operand(operands.read())
                            .operand(operands.write())
                            .operand(operands.sequence())
                            .memory(workspace)
                            .number(states)
                            .size(rows)
                            .over(step -> rows.applyAsLong(step) == 0 ? 0 : parts, ClLaunch.EFFORT);
                })
                .workspace(step -> kernels.mostItems() * states * LANES * Float.BYTES);
    }

    Lookup<StateSpaceDual.In<Buffer>> dual(StateSpaceDual op, StateSpaceDual.In<Tensor> in, List<Tensor> out) {
        if (!kernels.processor() || unknown(in.x(), out)) {
            return unsupported();
        }
        long heads = in.x().shape().size(1);
        long room = in.b().width() * parts(in.x().width()) * LANES * Float.BYTES;
        return kernels.<StateSpaceDual.In<Buffer>>items((operands, outputs, workspace) -> {
                    ToLongFunction<StepShape> rows =
                            step -> operands.x().shape().dim(0).size(step);
                    return launch("dual", operands.x(), outputs.getFirst())
                            .operand(operands.dt())
                            .operand(operands.bias())
                            .operand(operands.a())
                            .operand(operands.b())
                            .operand(operands.c())
                            .operand(operands.d())
                            .operand(operands.state())
                            .operand(operands.read())
                            .operand(operands.write())
                            .operand(operands.sequence())
                            .memory(workspace)
                            .number(heads)
                            .number(operands.b().shape().size(1))
                            .real(op.least())
                            .real(op.most())
                            .size(rows)
                            .over(step -> rows.applyAsLong(step) == 0 ? 0 : heads, ClLaunch.EFFORT);
                })
                .workspace(step -> kernels.mostItems() * room)
                .handling(StateSpaceDual.LIMITS);
    }

    private ClLaunch.Builder launch(String function, Buffer x, Buffer result) {
        return kernels.launch("scans", function, Map.of("X", x.type(), "OUT", result.type()))
                .operand(result)
                .operand(x);
    }

    private static boolean unknown(Tensor x, List<Tensor> out) {
        return !Kernels.FLOATS.contains(x.type())
                || !Kernels.FLOATS.contains(out.getFirst().type());
    }

    private static <B extends Operands<Buffer>> Lookup<B> unsupported() {
        return Lookup.unsupported("only F32, F16 and BF16, and what is carried in memory on a processor alone");
    }

    private static long parts(long channels) {
        return (channels + LANES - 1) / LANES;
    }
}
