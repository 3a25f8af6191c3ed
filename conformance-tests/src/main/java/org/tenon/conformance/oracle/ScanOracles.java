package org.tenon.conformance.oracle;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.op.Activation;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.op.Unary;

/** What goes through the rows of a sequence in order. Bounds go through with the states: an error that is in one decays with it. */
final class ScanOracles {
    /** SiLU is nowhere steeper. */
    private static final double STEEPEST_SILU = 1.1;

    /** An exponential of less is no normal number. */
    private static final double SMALLEST_EXPONENT = 104;

    private ScanOracles() {}

    /** A value, and how far off a backend may be. */
    private record Near(double value, double bound) {
        static final Near ZERO = new Near(0, 0);

        static Near of(Exact from, int... index) {
            return new Near(from.at(index), from.bound(index));
        }
    }

    /** Goes on from what it was given with row after row of one sequence. */
    @FunctionalInterface
    private interface Step {
        /** The state after a row; its outputs are set. */
        Near[] after(int row, Near[] state);
    }

    /** For each sequence: reads its state, goes through its rows, writes where they say. {@code width} is what a slot holds. */
    private static void scan(Exact pool, Exact read, Exact write, Exact sequence, Step step) {
        int width = pool.count() / Math.max(1, pool.size(0));
        Exact before = pool.copy();
        for (int owner = 0; owner < read.count(); owner++) {
            int slot = read.whole(owner);
            Near[] state = new Near[width];
            for (int i = 0; i < width; i++) {
                state[i] = slot < 0 ? Near.ZERO : Near.of(before, slot * width + i);
            }
            for (int row = 0; row < sequence.count(); row++) {
                if (sequence.whole(row) == owner) {
                    state = step.after(row, state);
                    for (int i = 0; i < width && write.whole(row) >= 0; i++) {
                        pool.set(state[i].value(), state[i].bound(), write.whole(row) * width + i);
                    }
                }
            }
        }
    }

    /** {@code y[t] = sum of w[k] x[t - width + 1 + k] + bias}, and SiLU of that. */
    static List<Exact> conv(CausalConv op, CausalConv.In<Exact> in, Precision precision) {
        int channels = in.x().size(1);
        int taps = in.weight().size(0);
        Exact out = Exact.zeros(op.type(), in.x().size(0), channels);
        Exact pool = in.state().copy();
        scan(pool, in.read(), in.write(), in.sequence(), (row, state) -> {
            List<Near> window = new ArrayList<>(List.of(state)); // [taps, channels]
            for (int i = 0; i < channels; i++) {
                window.add(Near.of(in.x(), row, i));
            }
            for (int i = 0; i < channels; i++) {
                double sum = in.bias().isPresent() ? in.bias().get().at(i) : 0;
                double magnitude = Math.abs(sum);
                for (int k = 0; k < taps; k++) {
                    double product =
                            in.weight().at(k, i) * window.get(k * channels + i).value();
                    sum += product;
                    magnitude += Math.abs(product);
                }
                double bound = precision.sum(taps + 1) * magnitude;
                double value = op.silu() ? Activation.SILU.meaning().applyAsDouble(sum) : sum;
                double activated = op.silu()
                        ? STEEPEST_SILU * bound + ElementOracles.activationBound(Activation.SILU, sum, value, precision)
                        : bound;
                out.set(value, activated, row, i);
            }
            return window.subList(channels, window.size()).toArray(Near[]::new);
        });
        return List.of(out, pool);
    }

    /**
     * {@code h e^z + input} with {@code z = delta a}: the exponential is off by its own error and its argument's, which is that of
     * {@code delta} and a rounding, times {@code z}.
     */
    private static Near next(Near h, double delta, double deltaError, double a, double input, Precision precision) {
        double u = precision.roundoff();
        double z = delta * a;
        double decay = Math.exp(z);
        double exponent = Math.min(Math.abs(z), SMALLEST_EXPONENT);
        double off = Math.expm1(exponent * (deltaError + 2 * u)) + precision.function();
        double value = h.value() * decay + input;
        double bound = (decay * (1 + off) + Float.MIN_NORMAL) * h.bound()
                + Math.abs(h.value()) * (decay * (off + 2 * u) + Float.MIN_NORMAL)
                + Math.abs(input) * (deltaError + 4 * u)
                + 2 * u * Math.abs(value)
                + Float.MIN_NORMAL;
        return new Near(value, bound);
    }

    /** {@code h = exp(delta a) h + delta b x}, {@code y = c h + d x} (Gu and Dao 2023). */
    static List<Exact> selective(SelectiveScan op, SelectiveScan.In<Exact> in, Precision precision) {
        int channels = in.x().size(1);
        int states = in.a().size(0);
        Exact out = Exact.zeros(op.type(), in.x().size(0), channels);
        Exact pool = in.state().copy();
        double error = precision.function() + 2 * precision.roundoff();
        scan(pool, in.read(), in.write(), in.sequence(), (row, before) -> {
            Near[] after = new Near[before.length]; // [states, channels]
            for (int i = 0; i < channels; i++) {
                double x = in.x().at(row, i);
                double delta = Unary.SOFTPLUS.meaning().applyAsDouble(in.dt().at(row, i));
                double y = in.d().at(i) * x;
                double magnitude = Math.abs(y);
                double bound = 0;
                for (int n = 0; n < states; n++) {
                    double input = delta * in.b().at(row, n) * x;
                    Near h = next(before[n * channels + i], delta, error, in.a().at(n, i), input, precision);
                    after[n * channels + i] = h;
                    double c = in.c().at(row, n);
                    y += c * h.value();
                    magnitude += Math.abs(c * h.value());
                    bound += Math.abs(c) * h.bound();
                }
                out.set(y, bound + precision.sum(states + 2) * (magnitude + bound) + Float.MIN_NORMAL, row, i);
            }
            return after;
        });
        return List.of(out, pool);
    }

    /** The same where all channels of a head decay alike (Dao and Gu 2024). */
    static List<Exact> dual(StateSpaceDual op, StateSpaceDual.In<Exact> in, Precision precision) {
        int heads = in.x().size(1);
        int width = in.x().size(2);
        int each = heads / in.b().size(1);
        int states = in.b().size(2);
        Exact out = Exact.zeros(op.type(), in.x().size(0), heads, width);
        Exact pool = in.state().copy();
        scan(pool, in.read(), in.write(), in.sequence(), (row, before) -> {
            Near[] after = new Near[before.length]; // [heads, states, width]
            for (int head = 0; head < heads; head++) {
                double dt = in.dt().at(row, head);
                double bias = in.bias().at(head);
                double whole = Unary.SOFTPLUS.meaning().applyAsDouble(dt + bias);
                double delta = Math.min(Math.max(whole, op.least()), op.most());
                // softplus is nowhere steeper than itself: its relative error is that of its argument at the most
                double error = precision.function() + (2 + Math.abs(dt) + Math.abs(bias)) * 2 * precision.roundoff();
                for (int p = 0; p < width; p++) {
                    double x = in.x().at(row, head, p);
                    double y = in.d().at(head) * x;
                    double magnitude = Math.abs(y);
                    double bound = 0;
                    for (int n = 0; n < states; n++) {
                        int place = (head * states + n) * width + p;
                        double input = delta * in.b().at(row, head / each, n) * x;
                        Near h = next(before[place], delta, error, in.a().at(head), input, precision);
                        after[place] = h;
                        double c = in.c().at(row, head / each, n);
                        y += c * h.value();
                        magnitude += Math.abs(c * h.value());
                        bound += Math.abs(c) * h.bound();
                    }
                    double sums = precision.sum(states + 2) * (magnitude + bound);
                    out.set(y, bound + sums + Float.MIN_NORMAL, row, head, p);
                }
            }
            return after;
        });
        return List.of(out, pool);
    }
}
