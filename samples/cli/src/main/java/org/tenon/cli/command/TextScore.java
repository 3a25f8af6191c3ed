package org.tenon.cli.command;

import java.util.Arrays;
import java.util.List;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Stepper;
import org.tenon.cli.console.ProgressBar;

/**
 * How well a model foresees a text.
 *
 * @param tokens the tokens that were foreseen: all but the first
 * @param logLikelihood the sum of the natural logarithms of their probabilities
 * @param window the most tokens that the model saw at once
 */
record TextScore(int tokens, double logLikelihood, int window) {
    /** The mean of the tokens' negative logarithms, in nats. */
    double loss() {
        return -logLikelihood / tokens;
    }

    /** As many equally probable tokens would be as hard to foresee: exp of the mean negative log-likelihood. */
    double perplexity() {
        return Math.exp(loss());
    }

    /**
     * Scores a text. One that is longer than the window is scored in windows that overlap by half, so that every token after the first window is
     * foreseen from at least half a window, as the guide to perplexity in Transformers' documentation does.
     */
    static TextScore of(CausalModel model, int[] ids, int window, ProgressBar bar) {
        int stride = Math.max(1, window / 2);
        double sum = 0;
        int scored = 1;
        try (Stepper stepper = model.stepper()) {
            for (int from = 0; scored < ids.length; from += stride) {
                int to = Math.min(ids.length, from + window);
                sum += window(model, stepper, Arrays.copyOfRange(ids, from, to), scored - from);
                scored = to;
                bar.at(scored, ids.length);
            }
        }
        return new TextScore(ids.length - 1, sum, Math.min(window, ids.length));
    }

    /** The sum for the tokens from the given one on; those before it are only seen. */
    private static double window(CausalModel model, Stepper stepper, int[] ids, int first) {
        int rows = Math.min(model.limits().rows(), model.limits().outputs().orElse(1));
        double sum = 0;
        try (Stepper.Sequence sequence = stepper.open()) {
            for (int from = 0; from < ids.length - 1; from += rows) {
                int to = Math.min(ids.length - 1, from + rows);
                int wanted = Math.clamp(to - (long) (first - 1), 0, to - from); // row i foresees token i + 1
                float[][] logits = stepper.step(List.of(Stepper.Chunk.of(sequence, Arrays.copyOfRange(ids, from, to))
                        .outputs(wanted)));
                for (int i = 0; i < wanted; i++) {
                    sum += logProbability(logits[i], ids[to - wanted + i + 1]);
                }
            }
        }
        return sum;
    }

    /** {@code x[id] - log(sum(exp(x)))}, in double precision. */
    private static double logProbability(float[] logits, int id) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return logits[id] - largest - Math.log(sum);
    }
}
