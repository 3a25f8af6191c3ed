package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Makes the ids of prompt and output less probable, once each: {@code s < 0 ? s * penalty : s / penalty}, in F32 (Keskar et al. 2019,
 * arXiv:1909.05858; Transformers' {@code RepetitionPenaltyLogitsProcessor}).
 *
 * @param penalty above one for less repetition
 */
public record RepetitionPenalty(double penalty) implements LogitsProcessor {
    @Override
    public void apply(Scores scores, History history) {
        float by = (float) penalty;
        for (int i = 0; i < history.distinct(); i++) {
            int id = history.distinct(i);
            float score = scores.get(id);
            scores.set(id, score < 0 ? score * by : score / by);
        }
    }
}
