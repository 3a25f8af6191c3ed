package org.tenon.conformance.oracle;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.op.Attention;

/**
 * {@code softmax(scale * q k^T) v} over the keys that each query sees (Vaswani et al. 2017), its scores capped and biased by distance where
 * the op says so; zeros where a query sees no key.
 */
final class AttentionOracle {
    private AttentionOracle() {}

    /** A key that a query sees: where it lies, its score, and how far that may be off. */
    private record Seen(int block, int place, double score, double error) {}

    static List<Exact> compute(Attention op, Attention.In<Exact> in, Precision precision) {
        Exact q = in.q();
        int heads = q.size(1);
        int group = heads / in.keys().size(1);
        int valueWidth = in.values().size(3);
        Exact out = Exact.zeros(q.type(), q.size(0), heads, valueWidth);
        for (int row = 0; row < q.size(0); row++) {
            for (int head = 0; head < heads && in.sequence().whole(row) >= 0; head++) {
                List<Seen> seen = seen(op, in, row, head, head / group, precision);
                for (int i = 0; i < valueWidth && !seen.isEmpty(); i++) {
                    mix(in, seen, head / group, i, out, row, head, precision);
                }
            }
        }
        return List.of(out);
    }

    private static List<Seen> seen(
            Attention op, Attention.In<Exact> in, int row, int head, int kvHead, Precision precision) {
        int sequence = in.sequence().whole(row);
        int base = in.bases().whole(sequence);
        int blockSize = in.keys().size(2);
        List<Seen> seen = new ArrayList<>();
        for (int entry = 0; entry < in.table().size(1); entry++) {
            int block = in.table().whole(sequence, entry);
            for (int place = 0; place < blockSize && block >= 0; place++) {
                int key = base + entry * blockSize + place;
                if (key < in.lengths().whole(sequence)
                        && op.sees().sees(in.positions().whole(row), key)) {
                    double score = 0;
                    double magnitude = 0;
                    for (int i = 0; i < in.q().size(2); i++) {
                        double product = in.q().at(row, head, i) * in.keys().at(block, kvHead, place, i);
                        score += product;
                        magnitude += Math.abs(product);
                    }
                    double error = precision.sum(in.q().size(2) + 1) * magnitude * Math.abs(op.scale());
                    Seen plain = new Seen(block, place, score * op.scale(), error);
                    Seen capped = op.softCap() > 0 ? capped(plain, op.softCap(), precision) : plain;
                    int distance = key - in.positions().whole(row);
                    seen.add(in.bias()
                            .map(bias -> biased(capped, bias, distance, head, precision))
                            .orElse(capped));
                }
            }
        }
        return seen;
    }

    /** A tanh is nowhere steeper than 1, so an error is not made larger; the quotient, the function and the product add their own. */
    private static Seen capped(Seen key, double cap, Precision precision) {
        double score = cap * Math.tanh(key.score() / cap);
        double own = Math.abs(score) * (2 * precision.function() + 2 * precision.roundoff());
        return new Seen(key.block(), key.place(), score, key.error() + own);
    }

    private static Seen biased(Seen key, Exact bias, int distance, int head, Precision precision) {
        int farthest = bias.size(0) / 2;
        double score = key.score() + bias.at(Math.clamp(distance, -farthest, farthest) + farthest, head);
        return new Seen(key.block(), key.place(), score, key.error() + Math.abs(score) * precision.roundoff());
    }

    /**
     * A score is off by {@code e = (d + 2) u sum|q k|} and what a cap and a bias add to it, so a weight by a factor {@code exp(e)} beside the roundings of its own; numerator
     * and denominator are sums of {@code n} of them. The mean {@code sum w v / sum w} is off by the sum of {@code w |v - mean|} times
     * the weights' error, and by the roundings of the two sums.
     */
    private static void mix(
            Attention.In<Exact> in,
            List<Seen> seen,
            int kvHead,
            int i,
            Exact out,
            int row,
            int head,
            Precision precision) {
        double largest = Double.NEGATIVE_INFINITY;
        double scores = 0;
        for (Seen key : seen) {
            largest = Math.max(largest, key.score());
            scores = Math.max(scores, key.error());
        }
        double total = 0;
        double sum = 0;
        double absolute = 0;
        for (Seen key : seen) {
            double weight = Math.exp(key.score() - largest);
            double value = in.values().at(key.block(), kvHead, key.place(), i);
            total += weight;
            sum += weight * value;
            absolute += weight * Math.abs(value);
        }
        double mean = sum / total;
        // the difference of two scores goes into an exponential: both errors, the subtraction's, the function's own and
        // its argument's
        double spread = 0;
        for (Seen key : seen) {
            spread = Math.max(spread, Math.min(largest - key.score(), 100));
        }
        double weights = Math.expm1(2 * scores + (spread + 2) * 2 * precision.roundoff()) + precision.function();
        double sums = 2 * precision.sum(seen.size() + seen.size() / 16 + 4);
        out.set(mean, (weights * 2 + sums) * (absolute / total + Math.abs(mean)) / 2 + Float.MIN_NORMAL, row, head, i);
    }
}
