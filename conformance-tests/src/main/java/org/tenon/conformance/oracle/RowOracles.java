package org.tenon.conformance.oracle;

import java.util.List;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;

/** What is computed row by row. */
final class RowOracles {
    private RowOracles() {}

    /** {@code x / sqrt(mean(x^2) + epsilon) * weight} (Zhang and Sennrich 2019). */
    static List<Exact> rmsNorm(RmsNorm op, RmsNorm.In<Exact> in, Precision precision) {
        int width = in.x().size(-1);
        Exact out = Exact.zeros(op.type(), in.x().sizes());
        // the mean is a sum of squares, of which the root halves the error; then the root, and two products
        double relative = precision.sum(width + 2) / 2 + precision.function() + 3 * precision.roundoff();
        for (int row = 0; row < in.x().rows(); row++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                double x = in.x().at(row * width + i);
                squares += x * x;
            }
            double scale = 1 / Math.sqrt(squares / width + op.epsilon());
            for (int i = 0; i < width; i++) {
                double value = in.x().at(row * width + i) * scale * in.weight().at(i);
                out.set(value, relative * Math.abs(value), row * width + i);
            }
        }
        return List.of(out);
    }

    /**
     * {@code (x - mean) / sqrt(variance + epsilon) * weight + bias} (Ba et al. 2016).
     *
     * <p>A backend's mean is off by {@code e}, its {@code d = x - mean} by {@code e} and a rounding. So the root of the mean of its {@code d^2} is
     * off by no more than the root of the mean of those errors' squares (the triangle inequality), {@code e + u (s + e)} with the standard
     * deviation {@code s}. A variance taken as {@code mean(x^2) - mean^2} doesn't keep to this where numbers lie far from zero.
     */
    static List<Exact> layerNorm(LayerNorm op, LayerNorm.In<Exact> in, Precision precision) {
        int width = in.x().size(-1);
        double u = precision.roundoff();
        Exact out = Exact.zeros(op.type(), in.x().sizes());
        for (int row = 0; row < in.x().rows(); row++) {
            double sum = 0;
            double magnitude = 0;
            for (int i = 0; i < width; i++) {
                sum += in.x().at(row * width + i);
                magnitude += Math.abs(in.x().at(row * width + i));
            }
            double mean = sum / width;
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += Math.pow(in.x().at(row * width + i) - mean, 2);
            }
            double off = (precision.sum(width) + precision.function()) * magnitude / width;
            double deviation = Math.sqrt(squares / width);
            double spread = off + u * (deviation + off);
            double relative = precision.sum(width + 2) / 2
                    + precision.function()
                    + u; // of the mean of squares, its root halving that; the root
            double scale = 1 / Math.sqrt(squares / width + op.epsilon());
            double largest = (1 + relative) / Math.hypot(Math.max(0, deviation - spread), Math.sqrt(op.epsilon()));
            double smallest = (1 - relative) / Math.hypot(deviation + spread, Math.sqrt(op.epsilon()));
            double scaleOff = Math.max(largest - scale, scale - smallest);
            for (int i = 0; i < width; i++) {
                double d = in.x().at(row * width + i) - mean;
                double weight = in.weight().at(i);
                double bias = in.bias().isPresent() ? in.bias().get().at(i) : 0;
                double product = d * scale * weight;
                double dOff = off + u * (Math.abs(d) + off);
                double productOff = Math.abs(weight) * (Math.abs(d) * scaleOff + dOff * largest);
                double rounded = 3
                        * u
                        * (Math.abs(product) + productOff); // two products, one of them perhaps not fused with the sum
                out.set(
                        product + bias,
                        productOff + rounded + (in.bias().isPresent() ? u * Math.abs(product + bias) : 0),
                        row * width + i);
            }
        }
        return List.of(out);
    }

    /** Each pair {@code (a, b)} becomes {@code (a cos - b sin, b cos + a sin)}; what is in no pair stays (Su et al. 2021). */
    static List<Exact> rope(Rope op, Rope.In<Exact> in, Precision precision) {
        int heads = in.x().size(1);
        int pairs = in.cos().size(1);
        Exact out = Exact.of(op.type(), in.x().sizes(), in.x()::at);
        for (int row = 0; row < in.x().size(0); row++) {
            for (int head = 0; head < heads; head++) {
                for (int pair = 0; pair < pairs; pair++) {
                    int first = op.interleaved() ? 2 * pair : pair;
                    int second = op.interleaved() ? 2 * pair + 1 : pair + pairs;
                    double a = in.x().at(row, head, first);
                    double b = in.x().at(row, head, second);
                    double cos = in.cos().at(row, pair);
                    double sin = in.sin().at(row, pair);
                    double bound = 3 * precision.roundoff();
                    out.set(a * cos - b * sin, bound * (Math.abs(a * cos) + Math.abs(b * sin)), row, head, first);
                    out.set(b * cos + a * sin, bound * (Math.abs(b * cos) + Math.abs(a * sin)), row, head, second);
                }
            }
        }
        return List.of(out);
    }
}
