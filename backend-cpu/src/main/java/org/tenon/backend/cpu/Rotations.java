package org.tenon.backend.cpu;

import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Rope;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.RowKernels;

/** Rotary position embedding. */
final class Rotations {
    private final Workers workers;
    private final Optional<RowKernels> kernels;

    Rotations(Workers workers, Optional<RowKernels> kernels) {
        this.workers = workers;
        this.kernels = kernels;
    }

    Lookup<Rope.In<Buffer>> rope(Rope op, Rope.In<Tensor> in, List<Tensor> out) {
        boolean interleaved = op.interleaved();
        if (kernels.isPresent() && CType.known(in.x().type()) && CType.known(op.type())) {
            return Lookup.<Rope.In<Buffer>>kernel((operands, outputs, workspace) ->
                            rope(kernels.get(), interleaved, operands, new View(outputs.getFirst())))
                    .handling(Rope.INTERLEAVED);
        }
        return Lookup.<Rope.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View x = new View(operands.x());
                    View cos = new View(operands.cos());
                    View sin = new View(operands.sin());
                    View result = new View(outputs.getFirst());
                    int heads = Math.toIntExact(x.shape().size(1));
                    int pairs = cos.width();
                    int step = interleaved ? 2 : 1; // between the first columns of neighbouring pairs
                    int partner = interleaved ? 1 : pairs; // from a pair's first column to its second
                    workers.scratch().reserveFloats(0, x.width());
                    workers.scratch().reserveFloats(1, pairs);
                    workers.scratch().reserveFloats(2, pairs);
                    return new RowLaunch(workers, cos, 2L * heads * x.width()) {
                        @Override
                        void row(long row, int worker) {
                            float[] values = floats(0, worker);
                            float[] cosines = floats(1, worker);
                            float[] sines = floats(2, worker);
                            cos.load(row, cosines, 0);
                            sin.load(row, sines, 0);
                            for (long head = row * heads; head < (row + 1) * heads; head++) {
                                x.load(head, values, 0);
                                for (int pair = 0; pair < pairs; pair++) {
                                    int at = pair * step;
                                    float first = values[at];
                                    float second = values[at + partner];
                                    values[at] = first * cosines[pair] - second * sines[pair];
                                    values[at + partner] = second * cosines[pair] + first * sines[pair];
                                }
                                result.store(values, 0, head);
                            }
                        }
                    };
                })
                .handling(Rope.INTERLEAVED);
    }

    private Launch rope(RowKernels kernel, boolean interleaved, Rope.In<Buffer> in, View result) {
        View x = new View(in.x());
        View cos = new View(in.cos());
        View sin = new View(in.sin());
        long heads = x.shape().size(1);
        RowKernels.Rotation rotation = new RowKernels.Rotation(
                interleaved ? 1 : 0,
                CType.of(x.type()),
                x.stride(1),
                CType.of(result.type()),
                result.stride(1),
                heads,
                x.width(),
                cos.width());
        return new RowLaunch(workers, cos, heads * x.width()) {
            @Override
            void row(long row, int worker) {
                long head = row * heads;
                kernel.rope(rotation, x.address(head), cos.address(row), sin.address(row), result.address(head));
            }
        };
    }
}
