package org.tenon.backend.cpu;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Gated;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.RowKernels;

/** Activations, with a gate and without. */
final class Gates {
    /** What a transcendental function costs, in loads and stores. */
    private static final long EFFORT = 8;

    /** Those that C kernels know, in the order of their numbers. */
    private static final List<Activation> IN_C =
            List.of(Activation.SILU, Activation.GELU, Activation.GELU_TANH, Activation.RELU, Activation.RELU_SQUARED);

    private final Workers workers;
    private final Optional<RowKernels> kernels;

    Gates(Workers workers, Optional<RowKernels> kernels) {
        this.workers = workers;
        this.kernels = kernels;
    }

    Lookup<Activate.In<Buffer>> activate(Activate op, Activate.In<Tensor> in, List<Tensor> out) {
        OptionalInt number = known(op.activation(), in.x(), out.getFirst());
        if (kernels.isPresent() && number.isPresent()) {
            return Lookup.kernel((operands, outputs, workspace) -> {
                View x = new View(operands.x());
                return new Direct(kernels.get(), number.getAsInt(), x, Optional.empty(), new View(outputs.getFirst()));
            });
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View x = new View(operands.x());
            return new Rows(op.activation(), x, new View(outputs.getFirst())) {
                @Override
                void finish(long row, int worker, float[] result) {
                    // nothing is multiplied
                }
            };
        });
    }

    Lookup<Gated.In<Buffer>> gated(Gated op, Gated.In<Tensor> in, List<Tensor> out) {
        OptionalInt number = known(op.activation(), in.gate(), out.getFirst());
        if (kernels.isPresent() && number.isPresent()) {
            return Lookup.kernel((operands, outputs, workspace) -> new Direct(
                    kernels.get(),
                    number.getAsInt(),
                    new View(operands.gate()),
                    Optional.of(new View(operands.up())),
                    new View(outputs.getFirst())));
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View up = new View(operands.up());
            return new Rows(op.activation(), new View(operands.gate()), new View(outputs.getFirst())) {
                @Override
                void finish(long row, int worker, float[] result) {
                    float[] factors = floats(0, worker);
                    up.load(row, factors, 0);
                    Functions.multiply(result, factors, result, up.width());
                }
            };
        });
    }

    /** A gate for parts of rows in F32, into a type. */
    static Mixture.Gate gate(Workers workers, Optional<RowKernels> kernels, Activation activation, DType to) {
        if (kernels.isPresent() && CType.known(to) && IN_C.contains(activation)) {
            RowKernels kernel = kernels.get();
            int number = IN_C.indexOf(activation);
            int from = CType.of(DType.F32);
            int into = CType.of(to);
            return (gates, ups, row, out, outRow, outColumn, count, worker) -> kernel.gated(
                    number,
                    gates.address(row, 0),
                    ups.address(row, 0),
                    from,
                    out.address(outRow, outColumn),
                    into,
                    count);
        }
        Functions.OfOne function = Functions.of(activation);
        for (int slot = 0; slot < 3; slot++) {
            workers.scratch().reserveFloats(slot, MixtureRooms.COLUMNS);
        }
        return (gates, ups, row, out, outRow, outColumn, count, worker) -> {
            float[] values = workers.scratch().floats(0, worker);
            float[] activated = workers.scratch().floats(1, worker);
            gates.load(row, 0, values, 0, count);
            function.apply(values, activated, workers.scratch().floats(2, worker), count);
            ups.load(row, 0, values, 0, count);
            Functions.multiply(activated, values, activated, count);
            out.store(activated, 0, outRow, outColumn, count);
        };
    }

    /** The number of an activation that C kernels know, on types that they know. */
    private static OptionalInt known(Activation activation, Tensor x, Tensor out) {
        boolean all = CType.known(x.type()) && CType.known(out.type()) && IN_C.contains(activation);
        return all ? OptionalInt.of(IN_C.indexOf(activation)) : OptionalInt.empty();
    }

    /** In C. */
    private final class Direct extends RowLaunch {
        private final RowKernels kernel;
        private final int activation;
        private final View gate;
        private final @Nullable View up;
        private final View result;
        private final int from;
        private final int to;

        Direct(RowKernels kernel, int activation, View gate, Optional<View> up, View result) {
            super(workers, gate, EFFORT / 4 * gate.width());
            this.kernel = kernel;
            this.activation = activation;
            this.gate = gate;
            this.up = up.orElse(null);
            this.result = result;
            from = CType.of(gate.type());
            to = CType.of(result.type());
        }

        @Override
        void row(long row, int worker) {
            long factors = up == null ? 0 : up.address(row);
            kernel.gated(activation, gate.address(row), factors, from, result.address(row), to, gate.width());
        }
    }

    private abstract class Rows extends RowLaunch {
        private final Functions.OfOne function;
        private final View x;
        private final View result;

        Rows(Activation activation, View x, View result) {
            super(workers, x, EFFORT * x.width());
            this.function = Functions.of(activation);
            this.x = x;
            this.result = result;
            for (int slot = 0; slot < 3; slot++) {
                workers.scratch().reserveFloats(slot, x.width());
            }
        }

        /** Changes the activated row. */
        abstract void finish(long row, int worker, float[] activated);

        @Override
        void row(long row, int worker) {
            float[] values = floats(0, worker);
            float[] activated = floats(1, worker);
            x.load(row, values, 0);
            function.apply(values, activated, floats(2, worker), x.width());
            finish(row, worker, activated);
            result.store(activated, 0, row);
        }
    }
}
