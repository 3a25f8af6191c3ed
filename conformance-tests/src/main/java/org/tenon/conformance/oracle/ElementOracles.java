package org.tenon.conformance.oracle;

import java.util.List;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;

/** What is computed element by element. */
final class ElementOracles {
    /** GELU's erf may be the polynomial of Abramowitz and Stegun 7.1.26, as in its lowering: its absolute error. */
    private static final double ERF = 1.5e-7;

    private ElementOracles() {}

    /** {@code f(x)}. */
    static List<Exact> unary(Unary op, Unary.In<Exact> in, Precision precision) {
        Exact out = Exact.zeros(in.x().type(), in.x().sizes());
        for (int i = 0; i < out.count(); i++) {
            double x = in.x().at(i);
            double value = op.function().meaning().applyAsDouble(x);
            out.set(value, bound(op.function(), x, value, precision), i);
        }
        return List.of(out);
    }

    private static double bound(Unary.Function function, double x, double value, Precision precision) {
        if (function.equals(Unary.COPY)) {
            return 0;
        }
        boolean wave = function.equals(Unary.SIN) || function.equals(Unary.COS);
        // the argument of an exponential is a product first, so its rounding counts; a wave is as exact at 1e5 as at 1
        double argument = function.equals(Unary.EXP) ? Math.min(Math.abs(x), 104) * precision.roundoff() : 0;
        return (precision.function() + argument) * (wave ? 1 : Math.abs(value)) + Float.MIN_NORMAL;
    }

    /** {@code f(a, b)}; a dimension of 1 repeats. */
    static List<Exact> binary(Binary op, Binary.In<Exact> in, Precision precision) {
        boolean whole = in.a().type().equals(DType.I32);
        boolean exact = whole
                || op.function().comparison()
                || op.function().equals(Binary.MAX)
                || op.function().equals(Binary.MIN);
        double relative = op.function().equals(Binary.DIVIDE) ? precision.function() : precision.roundoff();
        DType type = op.function().comparison() ? DType.I32 : in.a().type();
        Exact out = Exact.zeros(type, Meeting.sizes(in.a(), in.b()));
        for (int i = 0; i < out.count(); i++) {
            double a = in.a().at(Meeting.place(out, i, in.a()));
            double b = in.b().at(Meeting.place(out, i, in.b()));
            double value = whole
                    ? op.function().whole().applyAsInt((int) a, (int) b)
                    : op.function().meaning().applyAsDouble(a, b);
            boolean modulo = op.function().equals(Binary.MODULO) && !whole;
            // a - b * floor(a / b), where the quotient may round to the next whole number: then the result is off by b,
            // and is not a case
            double magnitude = modulo ? Math.abs(a) + Math.abs(value) : Math.abs(value);
            out.set(value, exact ? 0 : relative * magnitude, i);
        }
        return List.of(out);
    }

    /** {@code condition != 0 ? yes : no}. */
    static List<Exact> select(Select op, Select.In<Exact> in, Precision precision) {
        Exact out = Exact.zeros(in.yes().type(), Meeting.sizes(in.condition(), in.yes(), in.no()));
        for (int i = 0; i < out.count(); i++) {
            boolean chosen = in.condition().at(Meeting.place(out, i, in.condition())) != 0;
            Exact from = chosen ? in.yes() : in.no();
            out.set(from.at(Meeting.place(out, i, from)), 0, i);
        }
        return List.of(out);
    }

    /** To a narrower floating type nearest with ties to even (the comparison rounds), to an integer towards zero. */
    static List<Exact> convert(Convert op, Convert.In<Exact> in, Precision precision) {
        boolean towardsZero = !op.type().floating();
        return List.of(Exact.of(
                op.type(),
                in.x().sizes(),
                i -> towardsZero
                        ? (int) in.x().at(i)
                        : Rounding.to(op.type(), in.x().at(i))));
    }

    static List<Exact> fill(Fill op, int[] sizes) {
        double value = op.type().floating() ? Rounding.to(op.type(), op.value()) : op.value();
        return List.of(Exact.of(op.type(), sizes, _ -> value));
    }

    static List<Exact> iota(Iota op, int[] sizes) {
        return List.of(Exact.of(DType.I32, sizes, i -> i));
    }

    /** {@code activation(x)}. */
    static List<Exact> activate(Activate op, Activate.In<Exact> in, Precision precision) {
        Exact out = Exact.zeros(in.x().type(), in.x().sizes());
        for (int i = 0; i < out.count(); i++) {
            double x = in.x().at(i);
            double value = op.activation().meaning().applyAsDouble(x);
            out.set(value, activationBound(op.activation(), x, value, precision), i);
        }
        return List.of(out);
    }

    /** {@code activation(gate) * up}. */
    static List<Exact> gated(Gated op, Gated.In<Exact> in, Precision precision) {
        Exact out = Exact.zeros(op.type(), in.gate().sizes());
        for (int i = 0; i < out.count(); i++) {
            double gate = in.gate().at(i);
            double up = in.up().at(i);
            double activated = op.activation().meaning().applyAsDouble(gate);
            double bound = activationBound(op.activation(), gate, activated, precision);
            double value = activated * up;
            out.set(value, bound * Math.abs(up) + precision.roundoff() * Math.abs(value), i);
        }
        return List.of(out);
    }

    /**
     * The ramps are a comparison and a product. SiLU is {@code x sigmoid(x)}, relative to the result. The GELUs add 1 to a number that
     * may be close to -1, so what they lose is relative to {@code x}.
     */
    static double activationBound(Activation activation, double x, double value, Precision precision) {
        double u = precision.roundoff();
        if (activation.equals(Activation.RELU)) {
            return 0;
        }
        if (activation.equals(Activation.RELU_SQUARED)) {
            return u * Math.abs(value);
        }
        if (activation.equals(Activation.SILU)) {
            // where the sigmoid itself is subnormal it may be lost, and with it x times the smallest normal number
            return (precision.function() * 2 + (Math.abs(x) + 2) * u) * Math.abs(value)
                    + (1 + Math.abs(x)) * Float.MIN_NORMAL;
        }
        double shape = activation.equals(Activation.GELU) ? ERF : 0;
        return Math.abs(x) * (shape + precision.function() + 8 * u) + Float.MIN_NORMAL;
    }
}
