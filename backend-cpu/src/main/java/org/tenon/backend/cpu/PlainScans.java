package org.tenon.backend.cpu;

import java.util.Arrays;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;

/** Scans as plain loops, channel by channel. */
final class PlainScans {
    /** The slot of arrays that single elements go through. */
    private static final int ONE = 3;

    private final Workers workers;

    PlainScans(Workers workers) {
        this.workers = workers;
        workers.scratch().reserveFloats(ONE, 1);
    }

    /** An element, through a worker's array. */
    private float at(View view, long row, long column, int worker) {
        float[] one = workers.scratch().floats(ONE, worker);
        view.lanes().load(view.bytes(), view.at(row) + view.type().bytes(column), one, 0, 1);
        return one[0];
    }

    private void put(View view, long row, long column, float value, int worker) {
        float[] one = workers.scratch().floats(ONE, worker);
        one[0] = value;
        view.lanes().store(one, 0, view.bytes(), view.at(row) + view.type().bytes(column), 1);
    }

    private static double softplus(double x) {
        return Unary.SOFTPLUS.meaning().applyAsDouble(x);
    }

    Lookup<CausalConv.In<Buffer>> conv(CausalConv op) {
        return Lookup.<CausalConv.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View x = new View(operands.x());
                    View weight = new View(operands.weight());
                    View state = new View(operands.state());
                    View write = new View(operands.write());
                    View result = new View(outputs.getFirst());
                    View bias = operands.bias().map(View::new).orElse(null);
                    int kept = Math.toIntExact(weight.shape().size(0)) - 1;
                    workers.scratch().reserveFloats(0, kept + 1);
                    return new ScanLaunch(
                            workers,
                            new View(operands.sequence()),
                            new View(operands.read()),
                            result,
                            result.width(),
                            2L * kept) {
                        @Override
                        void scan(int firstRow, int rows, int slot, int channel, int worker) {
                            float[] taps = floats(0, worker);
                            for (int k = 0; k < kept; k++) {
                                taps[k] = slot < 0 ? 0 : at(state, (long) slot * kept + k, channel, worker);
                            }
                            for (int row = firstRow; row < firstRow + rows; row++) {
                                taps[kept] = at(x, row, channel, worker);
                                float sum = bias == null ? 0 : at(bias, 0, channel, worker);
                                for (int k = kept; k >= 0; k--) {
                                    sum += taps[k] * at(weight, k, channel, worker);
                                }
                                put(
                                        result,
                                        row,
                                        channel,
                                        op.silu() ? (float) (sum / (1 + Math.exp(-sum))) : sum,
                                        worker);
                                System.arraycopy(taps, 1, taps, 0, kept);
                                int to = write.integer(row);
                                for (int k = 0; k < kept && to >= 0; k++) {
                                    put(state, (long) to * kept + k, channel, taps[k], worker);
                                }
                            }
                        }
                    };
                })
                .handling(CausalConv.SILU);
    }

    Lookup<SelectiveScan.In<Buffer>> selective(SelectiveScan op) {
        return Lookup.kernel((operands, outputs, workspace) -> {
            View x = new View(operands.x());
            View dt = new View(operands.dt());
            View a = new View(operands.a());
            View b = new View(operands.b());
            View c = new View(operands.c());
            View d = new View(operands.d());
            View state = new View(operands.state());
            View write = new View(operands.write());
            View result = new View(outputs.getFirst());
            int states = Math.toIntExact(a.shape().size(0));
            workers.scratch().reserveFloats(0, states);
            return new ScanLaunch(
                    workers,
                    new View(operands.sequence()),
                    new View(operands.read()),
                    result,
                    result.width(),
                    8L * states) {
                @Override
                void scan(int firstRow, int rows, int slot, int channel, int worker) {
                    float[] h = floats(0, worker);
                    for (int n = 0; n < states; n++) {
                        h[n] = slot < 0 ? 0 : at(state, (long) slot * states + n, channel, worker);
                    }
                    for (int row = firstRow; row < firstRow + rows; row++) {
                        float input = at(x, row, channel, worker);
                        float delta = (float) softplus(at(dt, row, channel, worker));
                        float y = at(d, 0, channel, worker) * input;
                        for (int n = 0; n < states; n++) {
                            float decay = (float) Math.exp(delta * at(a, n, channel, worker));
                            h[n] = h[n] * decay + delta * input * at(b, row, n, worker);
                            y += at(c, row, n, worker) * h[n];
                        }
                        put(result, row, channel, y, worker);
                        int to = write.integer(row);
                        for (int n = 0; n < states && to >= 0; n++) {
                            put(state, (long) to * states + n, channel, h[n], worker);
                        }
                    }
                }
            };
        });
    }

    Lookup<StateSpaceDual.In<Buffer>> dual(StateSpaceDual op) {
        return Lookup.<StateSpaceDual.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View x = new View(operands.x());
                    View dt = new View(operands.dt());
                    View bias = new View(operands.bias());
                    View a = new View(operands.a());
                    View b = new View(operands.b());
                    View c = new View(operands.c());
                    View d = new View(operands.d());
                    View state = new View(operands.state());
                    View write = new View(operands.write());
                    View result = new View(outputs.getFirst());
                    int heads = Math.toIntExact(x.shape().size(1));
                    int groups = Math.toIntExact(b.shape().size(1));
                    int states = b.width();
                    int width = x.width();
                    workers.scratch().reserveFloats(0, states * width);
                    workers.scratch().reserveFloats(1, width);
                    workers.scratch().reserveFloats(2, width);
                    return new ScanLaunch(
                            workers,
                            new View(operands.sequence()),
                            new View(operands.read()),
                            result,
                            heads,
                            (long) states * width) {
                        @Override
                        void scan(int firstRow, int rows, int slot, int head, int worker) {
                            float[] h = floats(0, worker); // [states, headDim]
                            float[] input = floats(1, worker);
                            float[] y = floats(2, worker);
                            int group = head / (heads / groups);
                            Arrays.fill(h, 0, states * width, 0);
                            for (int n = 0; n < states && slot >= 0; n++) {
                                state.load(((long) slot * heads + head) * states + n, h, n * width);
                            }
                            for (int row = firstRow; row < firstRow + rows; row++) {
                                double step = softplus(at(dt, row, head, worker) + at(bias, 0, head, worker));
                                float delta = (float) Math.min(Math.max(step, op.least()), op.most());
                                float decay = (float) Math.exp(delta * at(a, 0, head, worker));
                                x.load((long) row * heads + head, input, 0);
                                for (int p = 0; p < width; p++) {
                                    y[p] = at(d, 0, head, worker) * input[p];
                                    input[p] *= delta;
                                }
                                for (int n = 0; n < states; n++) {
                                    float in = at(b, (long) row * groups + group, n, worker);
                                    float seen = at(c, (long) row * groups + group, n, worker);
                                    for (int p = 0; p < width; p++) {
                                        float next = h[n * width + p] * decay + input[p] * in;
                                        h[n * width + p] = next;
                                        y[p] += seen * next;
                                    }
                                }
                                result.store(y, 0, (long) row * heads + head);
                                int to = write.integer(row);
                                for (int n = 0; n < states && to >= 0; n++) {
                                    state.store(h, n * width, ((long) to * heads + head) * states + n);
                                }
                            }
                        }
                    };
                })
                .handling(StateSpaceDual.LIMITS);
    }
}
