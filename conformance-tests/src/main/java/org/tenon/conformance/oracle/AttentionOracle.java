package org.tenon.conformance.oracle;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.op.Attention;

/** {@code softmax(scale * q k^T) v} over the keys that each query sees (Vaswani et al. 2017), zeros where it sees none. */
final class AttentionOracle {
    private AttentionOracle() {}

    /** A key that a query sees: where it lies, and its score. */
    private record Seen(int block, int place, double score, double magnitude) {}

    static List<Exact> compute(Attention op, Attention.In<Exact> in, Precision precision) {
        Exact q = in.q();
        int heads = q.size(1);
        int group = heads / in.keys().size(1);
        int valueWidth = in.values().size(3);
        Exact out = Exact.zeros(q.type(), q.size(0), heads, valueWidth);
        for (int row = 0; row < q.size(0); row++) {
            for (int head = 0; head < heads && in.sequence().whole(row) >= 0; head++) {
                List<Seen> seen = seen(op, in, row, head, head / group);
                for (int i = 0; i < valueWidth && !seen.isEmpty(); i++) {
                    mix(in, seen, head / group, i, out, row, head, precision);
                }
            }
        }
        return List.of(out);
    }

    private static List<Seen> seen(Attention op, Attention.In<Exact> in, int row, int head, int kvHead) {
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
                    seen.add(new Seen(block, place, score * op.scale(), magnitude * Math.abs(op.scale())));
                }
            }
        }
        return seen;
    }

    /**
     * A score is off by {@code e = (d + 2) u sum|q k|}, so a weight by a factor {@code exp(e)} beside the roundings of its own; numerator
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
        double magnitude = 0;
        for (Seen key : seen) {
            largest = Math.max(largest, key.score());
            magnitude = Math.max(magnitude, key.magnitude());
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
        double scores = precision.sum(in.q().size(2) + 1) * magnitude;
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
