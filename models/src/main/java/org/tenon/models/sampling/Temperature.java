package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Divides the scores: {@code s / temperature}, in F32 (Transformers' {@code TemperatureLogitsWarper}).
 *
 * @param temperature above zero
 */
public record Temperature(double temperature) implements LogitsProcessor {
    @Override
    public void apply(Scores scores, History history) {
        scores.divide((float) temperature);
    }
}
