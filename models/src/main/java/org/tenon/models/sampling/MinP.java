package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Keeps the ids that are at least {@code share} times as probable as the best (Nguyen et al. 2024, arXiv:2407.01082; Transformers'
 * {@code MinPLogitsWarper}).
 *
 * @param share from 0 to 1
 */
public record MinP(double share) implements LogitsProcessor {
    @Override
    public void apply(Scores scores, History history) {
        scores.removeBelow((float) (scores.largest() + Math.log(share)));
    }
}
