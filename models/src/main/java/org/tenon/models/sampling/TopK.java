package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Keeps the {@code k} best ids and those that tie with the last of them (Fan et al. 2018, arXiv:1805.04833; Transformers'
 * {@code TopKLogitsWarper}).
 *
 * @param k at least one
 */
public record TopK(int k) implements LogitsProcessor {
    @Override
    public void apply(Scores scores, History history) {
        scores.rank();
        int worst = scores.nextBest();
        for (int i = 1; i < k && worst >= 0; i++) {
            worst = scores.nextBest();
        }
        if (worst >= 0) {
            scores.removeBelow(scores.get(worst));
        }
    }
}
