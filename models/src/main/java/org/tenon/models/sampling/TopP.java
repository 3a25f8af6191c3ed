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
        float largest = scores.largest();
        double enough = p * scores.weigh();
        double sum = scores.rankBeyond(enough);
        while (sum < enough) {
            int id = scores.nextBest();
            if (id < 0) {
                return;
            }
            sum += Math.exp((double) scores.get(id) - largest);
        }
        scores.removeRest();
    }
}
