package org.tenon.models.sampling;

import org.tenon.api.model.History;
import org.tenon.api.model.Scores;
import org.tenon.api.model.TokenChooser;

/**
 * Draws an id by its probability, the softmax of the scores: the first one, in the order of the ids, at which the sum of the
 * probabilities exceeds a random number. The number depends on the seed and on the token's position alone, see {@link CounterRandom}, so a
 * sequence comes out the same whatever else is computed beside it. Sums are F64.
 *
 * @param seed any number
 */
public record Draw(long seed) implements TokenChooser {
    @Override
    public int choose(Scores scores, History history) {
        float largest = scores.largest();
        int candidates = scores.candidates();
        double total = 0;
        for (int i = 0; i < candidates; i++) {
            total += Math.exp(scores.get(scores.candidate(i)) - largest);
        }
        if (!(total > 0)) {
            throw Greedy.nothingToChoose(candidates);
        }
        double threshold = CounterRandom.unit(seed, history.length()) * total;
        double sum = 0;
        int drawn = -1;
        for (int i = 0; i < candidates && sum <= threshold; i++) {
            int id = scores.candidate(i);
            double weight = Math.exp(scores.get(id) - largest);
            if (weight > 0) {
                drawn = id;
                sum += weight;
            }
        }
        return drawn;
    }
}
