package org.tenon.models.sampling;

import org.tenon.api.TenonException;
import org.tenon.api.model.History;
import org.tenon.api.model.Scores;
import org.tenon.api.model.TokenChooser;

/** Chooses the id with the highest score, the lowest id among equals. */
public record Greedy() implements TokenChooser {
    @Override
    public int choose(Scores scores, History history) {
        int best = -1;
        float highest = Float.NEGATIVE_INFINITY;
        int candidates = scores.candidates();
        for (int i = 0; i < candidates; i++) {
            int id = scores.candidate(i);
            if (scores.get(id) > highest) {
                highest = scores.get(id);
                best = id;
            }
        }
        if (best < 0) {
            throw nothingToChoose(candidates);
        }
        return best;
    }

    /** What to say where no score is a number above minus infinity. */
    static TenonException nothingToChoose(int candidates) {
        return new TenonException(
                candidates == 0
                        ? "the sampling chain left no token to choose from; loosen its parts"
                        : "the scores are not numbers (NaN); the checkpoint is damaged, or its values exceed the activations' "
                                + "type: ask for activations in F32");
    }
}
