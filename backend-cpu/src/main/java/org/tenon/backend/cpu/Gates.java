package org.tenon.backend.cpu;

import java.util.List;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Gated;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** Activations, with a gate and without. */
final class Gates {
    private final Workers workers;

    Gates(Workers workers) {
        this.workers = workers;
    }

    Lookup<Activate.In<Buffer>> activate(Activate op, Activate.In<Tensor> in, List<Tensor> out) {
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

    private abstract class Rows extends RowLaunch {
        /** What a transcendental function costs, in loads and stores. */
        private static final long EFFORT = 8;

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
