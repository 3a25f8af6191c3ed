package org.tenon.models.engine;

import org.tenon.api.model.History;
import org.tenon.api.model.Scores;
import org.tenon.models.sampling.SamplingChain;

/**
 * What a step has computed, row by row, and no more of it than is asked for: the best of a row where the device has looked for them and they are certain to
 * do, else the whole row. The best are read for all rows of the step at once, since to wait for the device takes longer than to copy. Confined to the
 * engine's thread.
 */
final class Outputs {
    private static final int NONE = -1;
    private static final int PAIR = 2;

    private final Computation computation;
    private final StepRows step;
    private final float[] logits;
    private final Scores scores;
    private final Best first;
    private final Best list;
    private int row = NONE;

    /** What has been read of the best: as many of each row. */
    private static final class Best {
        private final float[] pairs; // [rows, count, 2]
        private final int[] ids;
        private final float[] logits;
        private boolean there;

        Best(int rows, int count) {
            pairs = new float[rows * count * PAIR];
            ids = new int[count];
            logits = new float[count];
        }

        int count() {
            return ids.length;
        }

        void read(Computation computation, int rows) {
            if (!there) {
                computation.best(rows, count(), pairs);
                there = true;
            }
        }

        void go(int row) {
            for (int i = 0; i < count(); i++) {
                int place = (row * count() + i) * PAIR;
                ids[i] = (int) pairs[place];
                logits[i] = pairs[place + 1];
            }
        }
    }

    /** Of the steps that are filled into {@code step}. */
    Outputs(Computation computation, StepRows step, int vocabulary) {
        this.computation = computation;
        this.step = step;
        this.logits = new float[vocabulary];
        this.scores = new Scores(vocabulary);
        this.first = new Best(step.outputs.length, 1);
        this.list = new Best(step.outputs.length, computation.best());
    }

    /** Goes before the first row of a new step. */
    void begin() {
        row = NONE;
        first.there = false;
        list.there = false;
    }

    /** Goes to the next row. */
    Outputs next() {
        row++;
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
    int choose(SamplingChain chain, History history) {
        int wanted = chain.wanted(list.count());
        if (wanted > 0) {
            Best best = wanted == 1 ? first : list;
            best.read(computation, step.outputs());
            best.go(row);
            int id = chain.next(best.ids, best.logits, best.count(), scores, history);
            if (id != SamplingChain.UNCERTAIN) {
                return id;
            }
        }
        scores.set(logits());
        return chain.next(scores, history);
    }
}
