package org.tenon.backend.cpu;

import java.util.List;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Route;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** The choice of a router, row by row. */
final class Routes {
    private static final int NOWHERE = -1;

    private final Workers workers;

    Routes(Workers workers) {
        this.workers = workers;
    }

    Lookup<Route.In<Buffer>> route(Route op, Route.In<Tensor> in, List<Tensor> out) {
        return Lookup.<Route.In<Buffer>>kernel((operands, outputs, workspace) -> new Rows(
                        op,
                        new View(operands.logits()),
                        new View(operands.sequence()),
                        new View(outputs.getFirst()),
                        new View(outputs.getLast())))
                .handling(Route.RENORMALISED);
    }

    private final class Rows extends RowLaunch {
        private final int chosen;
        private final boolean renormalised;
        private final View logits;
        private final View sequence;
        private final View ids;
        private final View weights;
        private final int experts;

        Rows(Route op, View logits, View sequence, View ids, View weights) {
            super(workers, logits, (op.chosen() + 8L) * logits.width());
            chosen = op.chosen();
            renormalised = op.renormalised();
            this.logits = logits;
            this.sequence = sequence;
            this.ids = ids;
            this.weights = weights;
            experts = logits.width();
            workers.scratch().reserveFloats(0, experts);
            workers.scratch().reserveFloats(1, chosen);
            workers.scratch().reserveInts(0, experts);
        }

        @Override
        void row(long row, int worker) {
            float[] values = floats(0, worker);
            float[] shares = floats(1, worker);
            int[] taken = workers.scratch().ints(0, worker);
            logits.load(row, values, 0);
            boolean padding = sequence.integer(row) < 0;
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < experts; i++) {
                largest = Math.max(largest, values[i]); // NaN if any is
                taken[i] = 0;
            }
            double total = 0;
            for (int i = 0; i < experts && !renormalised; i++) {
                total += Math.exp(values[i] - largest);
            }
            for (int i = 0; i < chosen; i++) {
                int best = best(values, taken);
                taken[best] = 1;
                double share = Math.exp(values[best] - largest);
                total += renormalised ? share : 0;
                shares[i] = (float) share;
                ids.bytes().set(Lanes.INT, ids.at(row) + 4L * i, padding ? NOWHERE : best);
            }
            for (int i = 0; i < chosen; i++) {
                shares[i] = padding ? 0 : (float) (shares[i] / total);
            }
            weights.store(shares, 0, row);
        }

        /** The first of the largest that isn't taken yet; NaN after all others. */
        private int best(float[] values, int[] taken) {
            int best = NOWHERE;
            float key = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < experts; i++) {
                if (taken[i] == 0 && (best == NOWHERE || values[i] > key)) {
                    best = i;
                    key = Float.isNaN(values[i]) ? Float.NEGATIVE_INFINITY : values[i];
                }
            }
            return best;
        }
    }
}
