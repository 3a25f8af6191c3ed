package org.tenon.models.sampling;

import org.tenon.api.TenonException;
import org.tenon.api.model.History;
import org.tenon.api.model.Scores;
import org.tenon.api.model.TokenChooser;

/** Chooses the id with the highest score, the lowest id among equals. */
public record Greedy() implements TokenChooser {
    @Override
    public int choose(Scores scores, History history) {
        float largest = scores.largest();
        for (int id = 0; id < scores.vocabulary(); id++) {
            if (scores.get(id) == largest && largest > Float.NEGATIVE_INFINITY) {
                return id;
            }
        }
        throw nothingToChoose(scores);
    }

    /** What to say where no score is a number above minus infinity. */
    static TenonException nothingToChoose(Scores scores) {
        return new TenonException(
                scores.candidates() == 0
                        ? "the sampling chain left no token to choose from; loosen its parts"
                        : "the scores are not numbers (NaN); the checkpoint is damaged, or its values exceed the activations' "
                                + "type: ask for activations in F32");
    }
}
