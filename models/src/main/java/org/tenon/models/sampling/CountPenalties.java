package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Makes the ids of prompt and output less probable by how often they occur: {@code s - (count * frequency + (count > 0) * presence)}, in
 * F32 (OpenAI's API reference, "frequency and presence penalties").
 *
 * @param frequency subtracted for each occurrence
 * @param presence subtracted once
 */
public record CountPenalties(double frequency, double presence) implements LogitsProcessor {
    @Override
    public void apply(Scores scores, History history) {
        for (int i = 0; i < history.distinct(); i++) {
            int id = history.distinct(i);
            scores.set(id, scores.get(id) - (history.count(id) * (float) frequency + (float) presence));
        }
    }
}
