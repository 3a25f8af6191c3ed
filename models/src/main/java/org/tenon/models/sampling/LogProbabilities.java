package org.tenon.models.sampling;

/** Logarithms of probabilities: the log-softmax of a row of logits, in F64. Natural logarithms. */
public final class LogProbabilities {
    private LogProbabilities() {}

    /**
     * What the log-softmax subtracts from each logit: {@code log(sum(exp(logits)))}.
     *
     * @param logits {@code [vocabulary]}
     * @return the sum's logarithm
     */
    public static double logSumExp(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        if (largest == Float.NEGATIVE_INFINITY) {
            return largest;
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - largest);
        }
        return largest + Math.log(sum);
    }

    /**
     * The logarithm of an id's probability.
     *
     * @param logits {@code [vocabulary]}
     * @param id the id
     * @return {@code logits[id] - logSumExp(logits)}
     */
    public static double of(float[] logits, int id) {
        return logits[id] - logSumExp(logits);
    }
}
