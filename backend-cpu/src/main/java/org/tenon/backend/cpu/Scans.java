package org.tenon.backend.cpu;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.NativeKernels;
import org.tenon.backend.cpu.ffi.ScanKernels;

/** What goes through the rows of a sequence in order, in C; {@link PlainScans} serve where there is no C. */
final class Scans {
    /** Columns of a piece of work: whole vectors of every instruction set, and whole lines of memory. */
    private static final int COLUMNS = 64;

    private final Workers workers;
    private final Optional<ScanKernels> kernels;
    private final PlainScans plain;

    Scans(Workers workers, Optional<NativeKernels> kernels) {
        this.workers = workers;
        this.kernels = kernels.map(ScanKernels::new);
        this.plain = new PlainScans(workers);
    }

    private static boolean known(Tensor... tensors) {
        return Stream.of(tensors).allMatch(each -> CType.known(each.type()));
    }

    private static ScanKernels.Rows rows(View view) {
        return new ScanKernels.Rows(view.address(0), view.stride(0), view.type());
    }

    private static ScanKernels.Rows rows(Buffer buffer) {
        return rows(new View(buffer));
    }

    private static ScanKernels.States states(Buffer state, Buffer write) {
        return new ScanKernels.States(new View(state).address(0), new View(write).address(0));
    }

    private static int parts(int channels) {
        return (channels + COLUMNS - 1) / COLUMNS;
    }

    /** Whether tensors of rank 2 or more lie without gaps. */
    private static boolean dense(Tensor... tensors) {
        return Stream.of(tensors).allMatch(each -> each.spec().dense());
    }

    /** A kernel whose parts are runs of channels. */
    private ScanLaunch byColumns(ScanKernels.Call call, View sequence, View read, View result, long effort) {
        int channels = result.width();
        return new ScanLaunch(workers, sequence, read, result, parts(channels), effort * COLUMNS) {
            @Override
            void scan(int firstRow, int rows, int slot, int part, int worker) {
                int first = part * COLUMNS;
                call.run(firstRow, rows, slot, first, Math.min(channels, first + COLUMNS));
            }
        };
    }

    Lookup<CausalConv.In<Buffer>> conv(CausalConv op, CausalConv.In<Tensor> in, List<Tensor> out) {
        if (!dense(in.state(), in.weight())) {
            return Lookup.unsupported("only states and weights without gaps");
        }
        if (kernels.isEmpty() || !known(in.x(), out.getFirst())) {
            return plain.conv(op);
        }
        return Lookup.<CausalConv.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View result = new View(outputs.getFirst());
                    View weight = new View(operands.weight());
                    ScanKernels.Call call = kernels.get()
                            .conv(
                                    rows(operands.x()),
                                    rows(result),
                                    weight.address(0),
                                    operands.bias()
                                            .map(bias -> new View(bias).address(0))
                                            .orElse(0L),
                                    states(operands.state(), operands.write()),
                                    weight.shape().size(0),
                                    result.width(),
                                    op.silu());
                    long effort = 2 * weight.shape().size(0);
                    return byColumns(call, new View(operands.sequence()), new View(operands.read()), result, effort);
                })
                .handling(CausalConv.SILU);
    }

    Lookup<SelectiveScan.In<Buffer>> selective(SelectiveScan op, SelectiveScan.In<Tensor> in, List<Tensor> out) {
        if (!dense(in.state(), in.a())) {
            return Lookup.unsupported("only states without gaps");
        }
        long states = in.a().shape().size(0);
        if (kernels.isEmpty() || !known(in.x(), out.getFirst()) || states > ScanKernels.MOST_STATES) {
            return plain.selective(op);
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View result = new View(outputs.getFirst());
            ScanKernels.Call call = kernels.get()
                    .selective(
                            List.of(
                                    rows(operands.x()),
                                    rows(operands.dt()),
                                    rows(operands.b()),
                                    rows(operands.c()),
                                    rows(result)),
                            new View(operands.a()).address(0),
                            new View(operands.d()).address(0),
                            states(operands.state(), operands.write()),
                            states,
                            result.width());
            return byColumns(call, new View(operands.sequence()), new View(operands.read()), result, 4 * states);
        });
    }

    Lookup<StateSpaceDual.In<Buffer>> dual(StateSpaceDual op, StateSpaceDual.In<Tensor> in, List<Tensor> out) {
        if (!dense(in.state())) {
            return Lookup.unsupported("only states without gaps");
        }
        if (kernels.isEmpty() || !known(in.x(), out.getFirst())) {
            return plain.dual(op);
        }
        int heads = Math.toIntExact(in.x().shape().size(1));
        long states = in.b().width();
        long width = in.x().width();
        long bytes = kernels.get().dualWorkspaceBytes(states, width);
        int threads = workers.pool().size();
        return Lookup.<StateSpaceDual.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View x = new View(operands.x());
                    View b = new View(operands.b());
                    View c = new View(operands.c());
                    View result = new View(outputs.getFirst());
                    ScanKernels.Call call = kernels.get()
                            .dual(
                                    List.of(rows(x), rows(operands.dt()), rows(b), rows(c), rows(result)),
                                    new ScanKernels.Heads(
                                            x.stride(1),
                                            b.stride(1),
                                            c.stride(1),
                                            result.stride(1),
                                            heads,
                                            b.shape().size(1),
                                            states,
                                            width),
                                    Stream.of(operands.bias(), operands.a(), operands.d())
                                            .map(each -> new View(each).address(0))
                                            .toList(),
                                    states(operands.state(), operands.write()),
                                    op.least(),
                                    op.most(),
                                    new View(workspace).address(0));
                    View sequence = new View(operands.sequence());
                    View read = new View(operands.read());
                    return new ScanLaunch(workers, sequence, read, result, heads, states * width / 4) {
                        @Override
                        void scan(int firstRow, int rows, int slot, int part, int worker) {
                            call.run(firstRow, rows, slot, part, worker);
                        }
                    };
                })
                .handling(StateSpaceDual.LIMITS)
                .workspace(step -> bytes * threads);
    }
}
