package org.tenon.backend.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.RowKernels;

/** Kernels that go over a row as a whole: reductions and norms. Sums are taken in double precision. */
final class Norms {
    private final Workers workers;
    private final Optional<RowKernels> kernels;

    Norms(Workers workers, Optional<RowKernels> kernels) {
        this.workers = workers;
        this.kernels = kernels;
    }

    Lookup<Reduce.In<Buffer>> reduce(Reduce op, Reduce.In<Tensor> in, List<Tensor> out) {
        boolean largest = op.function().equals(Reduce.MAX);
        if (!largest && !op.function().equals(Reduce.SUM)) {
            return Lookup.unsupported("no reduction by " + op.function());
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View x = new View(operands.x());
            View result = new View(outputs.getFirst());
            int width = x.width();
            workers.scratch().reserveFloats(0, width);
            return new RowLaunch(workers, x, width) {
                @Override
                void row(long row, int worker) {
                    float[] values = floats(0, worker);
                    x.load(row, values, 0);
                    float value = largest ? max(values, width) : (float) sum(values, width);
                    result.bytes().set(Lanes.FLOAT, result.at(row), value);
                }
            };
        });
    }

    Lookup<RmsNorm.In<Buffer>> rmsNorm(RmsNorm op, RmsNorm.In<Tensor> in, List<Tensor> out) {
        double epsilon = op.epsilon();
        if (kernels.isPresent() && CType.known(in.x().type()) && CType.known(op.type())) {
            return Lookup.kernel((operands, outputs, workspace) ->
                    rmsNorm(kernels.get(), epsilon, operands, new View(outputs.getFirst())));
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View x = new View(operands.x());
            View weight = new View(operands.weight());
            View result = new View(outputs.getFirst());
            int width = x.width();
            workers.scratch().reserveFloats(0, width);
            workers.scratch().reserveFloats(1, width);
            return new RowLaunch(workers, x, 2L * width) {
                @Override
                void row(long row, int worker) {
                    float[] values = floats(0, worker);
                    float[] scales = floats(1, worker);
                    x.load(row, values, 0);
                    weight.load(0, scales, 0);
                    float factor = (float) (1 / Math.sqrt(sumOfSquares(values, width, 0) / width + epsilon));
                    for (int i = 0; i < width; i++) {
                        values[i] = values[i] * factor * scales[i];
                    }
                    result.store(values, 0, row);
                }
            };
        });
    }

    private Launch rmsNorm(RowKernels kernel, double epsilon, RmsNorm.In<Buffer> in, View result) {
        View x = new View(in.x());
        long weight = new View(in.weight()).address(0);
        int from = CType.of(x.type());
        int to = CType.of(result.type());
        int width = x.width();
        return new RowLaunch(workers, x, width) {
            @Override
            void row(long row, int worker) {
                kernel.rmsNorm(x.address(row), from, weight, result.address(row), to, width, epsilon);
            }
        };
    }

    Lookup<LayerNorm.In<Buffer>> layerNorm(LayerNorm op, LayerNorm.In<Tensor> in, List<Tensor> out) {
        double epsilon = op.epsilon();
        if (kernels.isPresent() && CType.known(in.x().type()) && CType.known(op.type())) {
            return Lookup.kernel((operands, outputs, workspace) ->
                    layerNorm(kernels.get(), epsilon, operands, new View(outputs.getFirst())));
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View x = new View(operands.x());
            View weight = new View(operands.weight());
            Optional<View> bias = operands.bias().map(View::new);
            View result = new View(outputs.getFirst());
            int width = x.width();
            workers.scratch().reserveFloats(0, width);
            workers.scratch().reserveFloats(1, width);
            workers.scratch().reserveFloats(2, width);
            return new RowLaunch(workers, x, 3L * width) {
                @Override
                void row(long row, int worker) {
                    float[] values = floats(0, worker);
                    float[] scales = floats(1, worker);
                    float[] shifts = floats(2, worker);
                    x.load(row, values, 0);
                    weight.load(0, scales, 0);
                    if (bias.isPresent()) {
                        bias.get().load(0, shifts, 0);
                    } else {
                        Arrays.fill(shifts, 0, width, -0f); // adding it changes no number, not even the sign of a zero
                    }
                    double mean = sum(values, width) / width;
                    float factor = (float) (1 / Math.sqrt(sumOfSquares(values, width, mean) / width + epsilon));
                    for (int i = 0; i < width; i++) {
                        values[i] = (float) (values[i] - mean) * factor * scales[i] + shifts[i];
                    }
                    result.store(values, 0, row);
                }
            };
        });
    }

    private Launch layerNorm(RowKernels kernel, double epsilon, LayerNorm.In<Buffer> in, View result) {
        View x = new View(in.x());
        long weight = new View(in.weight()).address(0);
        long bias = in.bias().map(vector -> new View(vector).address(0)).orElse(0L);
        int from = CType.of(x.type());
        int to = CType.of(result.type());
        int width = x.width();
        return new RowLaunch(workers, x, width) {
            @Override
            void row(long row, int worker) {
                kernel.layerNorm(x.address(row), from, weight, bias, result.address(row), to, width, epsilon);
            }
        };
    }

    private static float max(float[] values, int count) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, values[i]);
        }
        return max;
    }

    private static double sum(float[] values, int count) {
        double a = 0;
        double b = 0;
        int i = 0;
        for (; i + 2 <= count; i += 2) { // two chains, for each addition waits for the one before
            a += values[i];
            b += values[i + 1];
        }
        return i < count ? a + b + values[i] : a + b;
    }

    /** Of the differences from a number. */
    private static double sumOfSquares(float[] values, int count, double from) {
        double a = 0;
        double b = 0;
        int i = 0;
        for (; i + 2 <= count; i += 2) {
            a += (values[i] - from) * (values[i] - from);
            b += (values[i + 1] - from) * (values[i + 1] - from);
        }
        return i < count ? a + b + (values[i] - from) * (values[i] - from) : a + b;
    }
}
