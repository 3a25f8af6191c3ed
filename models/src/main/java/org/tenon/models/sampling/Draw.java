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
        double total = scores.weigh();
        if (!(total > 0)) {
            throw Greedy.nothingToChoose(scores);
        }
        return scores.at(CounterRandom.unit(seed, history.length()) * total);
    }
}
