package org.tenon.models.sampling;

import java.util.Map;
import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Adds to the scores of some ids: {@code s + bias}, in F32 (Transformers' {@code SequenceBiasLogitsProcessor} for single tokens).
 *
 * @param bias what to add, by id; minus infinity forbids an id
 */
public record LogitBias(Map<Integer, Double> bias) implements LogitsProcessor {
    /**
     * Copies the map.
     *
     * @param bias what to add, by id
     */
    public LogitBias {
        bias = Map.copyOf(bias);
    }

    @Override
    public void apply(Scores scores, History history) {
        bias.forEach((id, value) -> scores.set(id, scores.get(id) + value.floatValue()));
    }
}
