package org.tenon.models.engine;

import org.tenon.api.model.History;
import org.tenon.api.model.Scores;
import org.tenon.models.sampling.SamplingChain;

/**
 * What a step has computed, row by row, and no more of it than is asked for: the best of a row where the device has looked for them and they are certain to
 * do, else the whole row. Confined to the engine's thread.
 */
final class Outputs {
    private final Computation computation;
    private final float[] logits;
    private final Scores scores;
    private final int[] ids;
    private final float[] values;
    private int row;

    Outputs(Computation computation, int vocabulary) {
        this.computation = computation;
        this.logits = new float[vocabulary];
        this.scores = new Scores(vocabulary);
        this.ids = new int[computation.best()];
        this.values = new float[computation.best()];
    }

    /** Goes to a row of the last step. */
    Outputs at(int output) {
        row = output;
        return this;
    }

    /** The logits of the row, {@code [vocabulary]}; good until the next are asked for. */
    float[] logits() {
        computation.logits(row, logits);
        return logits;
    }

    /** Room for a chain to work in. */
    Scores scores() {
        return scores;
    }

    /** Chooses the next token. */
    int next(SamplingChain chain, History history) {
        int wanted = chain.wanted(ids.length);
        if (wanted > 0) {
            computation.best(row, wanted, ids, values);
            int id = chain.next(ids, values, wanted, scores, history);
            if (id != SamplingChain.UNCERTAIN) {
                return id;
            }
        }
        scores.set(logits());
        return chain.next(scores, history);
    }
}
