package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Keeps the fewest of the best ids whose probabilities sum up to {@code p} or more, at least one (Holtzman et al. 2019,
 * arXiv:1904.09751; Transformers' {@code TopPLogitsWarper}). Of equal scores the lowest ids are kept; sums are F64.
 *
 * @param p above 0 and up to 1
 */
public record TopP(double p) implements LogitsProcessor {
    @Override
    public void apply(Scores scores, History history) {
        int candidates = scores.candidates();
        float largest = scores.largest();
        double total = 0;
        for (int i = 0; i < candidates; i++) {
            total += Math.exp(scores.get(scores.candidate(i)) - largest);
        }
        scores.rank();
        double sum = 0;
        while (sum < p * total) {
            int id = scores.nextBest();
            if (id < 0) {
                return;
            }
            sum += Math.exp(scores.get(id) - largest);
        }
        scores.removeRest();
    }
}
