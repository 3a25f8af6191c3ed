package org.tenon.conformance.oracle;

import java.util.List;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Route;
import org.tenon.api.tensor.DType;

/** Mixtures of experts: who goes where, and what comes back. */
final class ExpertOracles {
    private ExpertOracles() {}

    /** The largest logits of each row, equal ones by their index, and their weights in a softmax. */
    static List<Exact> route(Route op, Route.In<Exact> in, Precision precision) {
        int rows = in.logits().size(0);
        Exact ids = Exact.of(DType.I32, new int[] {rows, op.chosen()}, _ -> -1);
        Exact weights = Exact.zeros(DType.F32, rows, op.chosen());
        for (int row = 0; row < rows; row++) {
            if (in.sequence().whole(row) >= 0) {
                boolean[] taken = new boolean[in.logits().size(1)];
                for (int i = 0; i < op.chosen(); i++) {
                    int best = best(in.logits(), row, taken);
                    taken[best] = true;
                    ids.set(best, 0, row, i);
                }
                weigh(op, in.logits(), row, ids, weights, precision);
            }
        }
        return List.of(ids, weights);
    }

    private static int best(Exact logits, int row, boolean[] taken) {
        int best = -1;
        for (int expert = 0; expert < taken.length; expert++) {
            if (!taken[expert] && (best < 0 || key(logits, row, expert) > key(logits, row, best))) {
                best = expert;
            }
        }
        return best;
    }

    private static double key(Exact logits, int row, int expert) {
        double logit = logits.at(row, expert);
        return Double.isNaN(logit) ? Double.NEGATIVE_INFINITY : logit;
    }

    /**
     * {@code exp(x - max)} is off by its function's error and by its argument's rounding, {@code |x - max| u}; the total by the mean of
     * that and by a sum's error; then a quotient.
     */
    private static void weigh(Route op, Exact logits, int row, Exact ids, Exact weights, Precision precision) {
        int experts = logits.size(1);
        double u = precision.roundoff();
        double largest = Double.NEGATIVE_INFINITY;
        for (int expert = 0; expert < experts; expert++) {
            largest = Math.max(largest, logits.at(row, expert));
        }
        double total = 0;
        double arguments = 0;
        int terms = op.renormalised() ? op.chosen() : experts;
        for (int i = 0; i < terms; i++) {
            double less = largest - logits.at(row, op.renormalised() ? ids.whole(row, i) : i);
            total += Math.exp(-less);
            arguments += Math.exp(-less) * Math.min(less, 104) * u;
        }
        for (int i = 0; i < op.chosen(); i++) {
            double less = largest - logits.at(row, ids.whole(row, i));
            double weight = Math.exp(-less) / total;
            double relative = 2 * Math.min(less, 104) * u
                    + 2 * arguments / total
                    + 3 * precision.function()
                    + precision.sum(terms);
            weights.set(weight, relative * weight + Float.MIN_NORMAL, row, i);
        }
    }

    /** {@code sum over i of weights[i] * down[e] (f(gate[e] x) * (up[e] x))}. */
    static List<Exact> experts(Experts op, Experts.In<Exact> in, Precision precision) {
        int hidden = in.x().size(1);
        int inner = in.gate().size(1);
        Exact out = Exact.zeros(op.type(), in.x().size(0), hidden);
        double[] between = new double[inner];
        double[] off = new double[inner];
        for (int row = 0; row < in.x().size(0); row++) {
            double[] sum = new double[hidden];
            double[] bound = new double[hidden];
            double[] magnitude = new double[hidden];
            for (int i = 0; i < in.ids().size(1); i++) {
                int expert = in.ids().whole(row, i);
                if (expert < 0) {
                    continue;
                }
                for (int n = 0; n < inner; n++) {
                    between(op.activation(), in, row, expert, n, between, off, precision);
                }
                double weight = in.weights().at(row, i);
                for (int n = 0; n < hidden; n++) {
                    double product = 0;
                    double products = 0;
                    double carried = 0;
                    for (int k = 0; k < inner; k++) {
                        double w = in.down().at(expert, n, k);
                        product += between[k] * w;
                        products += (Math.abs(between[k]) + off[k]) * Math.abs(w);
                        carried += off[k] * Math.abs(w);
                    }
                    sum[n] += weight * product;
                    bound[n] += Math.abs(weight) * (carried + precision.sum(inner) * products);
                    magnitude[n] += Math.abs(weight) * (Math.abs(product) + carried);
                }
            }
            for (int n = 0; n < hidden; n++) {
                out.set(sum[n], bound[n] + precision.sum(in.ids().size(1) + 1) * magnitude[n], row, n);
            }
        }
        return List.of(out);
    }

    /** An element of what goes into the last product, and how far off it may be, rounded to the type of {@code x}. */
    private static void between(
            Activation activation,
            Experts.In<Exact> in,
            int row,
            int expert,
            int n,
            double[] values,
            double[] bounds,
            Precision precision) {
        int hidden = in.x().size(1);
        double gate = 0;
        double gates = 0;
        double up = 0;
        double ups = 0;
        for (int k = 0; k < hidden; k++) {
            double left = in.x().at(row, k) * in.gate().at(expert, n, k);
            double right = in.x().at(row, k) * in.up().at(expert, n, k);
            gate += left;
            gates += Math.abs(left);
            up += right;
            ups += Math.abs(right);
        }
        double gateOff = precision.sum(hidden) * gates;
        double upOff = precision.sum(hidden) * ups;
        double activated = activation.meaning().applyAsDouble(gate);
        double activatedOff = ElementOracles.activationBound(activation, gate, activated, precision)
                + Math.max(
                        Math.abs(activation.meaning().applyAsDouble(gate - gateOff) - activated),
                        Math.abs(activation.meaning().applyAsDouble(gate + gateOff) - activated));
        double value = activated * up;
        double bound = activatedOff * (Math.abs(up) + upOff)
                + Math.abs(activated) * upOff
                + precision.roundoff() * Math.abs(value);
        values[n] = value;
        bounds[n] = bound + Rounding.error(in.x().type(), Math.abs(value) + bound);
    }
}
