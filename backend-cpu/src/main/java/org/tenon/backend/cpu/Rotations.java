package org.tenon.backend.cpu;

import java.util.List;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Rope;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** Rotary position embedding. */
final class Rotations {
    private final Workers workers;

    Rotations(Workers workers) {
        this.workers = workers;
    }

    Lookup<Rope.In<Buffer>> rope(Rope op, Rope.In<Tensor> in, List<Tensor> out) {
        boolean interleaved = op.interleaved();
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
}
