package com.example.retention;

import java.util.List;
import org.tenon.api.op.Attention;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Precision;

/** Retention in double precision, to be read beside equation 5 of Sun et al. 2023. */
final class RetainOracle {
    private RetainOracle() {}

    static List<Exact> compute(Retain op, Attention.In<Exact> in, Precision precision) {
        Exact q = in.q();
        Exact out = Exact.zeros(DType.F32, q.size(0), q.size(1), in.values().size(3));
        for (int row = 0; row < q.size(0); row++) {
            for (int head = 0; head < q.size(1) && in.sequence().whole(row) >= 0; head++) {
                mix(op, in, out, precision, row, head);
            }
        }
        return List.of(out);
    }

    /**
     * A term {@code decay^(n - m) * score * v} is off by the error of its score, {@code (d + 2) u sum|q k|}, and by what the exponential makes of
     * its argument's roundings; the sum of n terms by n roundings of their magnitudes.
     */
    private static void mix(Retain op, Attention.In<Exact> in, Exact out, Precision precision, int row, int head) {
        int sequence = in.sequence().whole(row);
        int base = in.bases().whole(sequence);
        int last = Math.min(in.positions().whole(row), in.lengths().whole(sequence) - 1);
        int blockSize = in.keys().size(2);
        int kvHead = head / (in.q().size(1) / in.keys().size(1));
        double sums = precision.sum(2L * Math.max(0, last - base + 1) + 4);
        for (int m = base; m <= last; m++) {
            int block = in.table().whole(sequence, (m - base) / blockSize);
            int place = (m - base) % blockSize;
            if (block < 0) {
                continue;
            }
            double score = 0;
            double magnitude = 0;
            for (int k = 0; k < in.q().size(2); k++) {
                double product =
                        op.scale() * in.q().at(row, head, k) * in.keys().at(block, kvHead, place, k);
                score += product;
                magnitude += Math.abs(product);
            }
            double exponent = Math.log(op.decays().get(head)) * (in.positions().whole(row) - m);
            double decay = Math.exp(exponent);
            double doubt = precision.sum(in.q().size(2) + 2)
                    + precision.function()
                    + 4 * precision.roundoff() * (1 + Math.abs(exponent));
            for (int i = 0; i < out.size(2); i++) {
                double value = decay * in.values().at(block, kvHead, place, i);
                double error = Math.abs(value) * magnitude * (doubt + sums);
                out.set(out.at(row, head, i) + value * score, out.bound(row, head, i) + error, row, head, i);
            }
        }
    }
}
