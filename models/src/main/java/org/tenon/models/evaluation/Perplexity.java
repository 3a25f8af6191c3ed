package org.tenon.models.evaluation;

import java.util.Arrays;
import java.util.List;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Stepper;
import org.tenon.models.sampling.LogProbabilities;

/**
 * How well a model foresees a text: each token after the first is scored by the probability that the model gave it, knowing those before.
 *
 * <p>A text longer than the window is scored in windows that overlap by half, so that beyond the first window every token is foreseen from
 * at least half a window (as Transformers' guide to the perplexity of fixed-length models does, with a stride of half the window).
 *
 * @param tokens the tokens that were scored: all but the first
 * @param logLikelihood the sum of the natural logarithms of their probabilities
 * @param window the most tokens that the model saw at once
 */
public record Perplexity(int tokens, double logLikelihood, int window) {
    /** Hears how far scoring has come. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Some tokens more have been scored.
         *
         * @param done the tokens scored so far
         * @param total the tokens to score
         */
        void scored(int done, int total);
    }

    /**
     * Scores a text, with the tokens with which the model wants a text to begin, in windows as long as the model's context.
     *
     * @param model the model; its other sequences wait meanwhile
     * @param text the text, of two tokens or more
     * @return its score
     * @throws InvalidRequest when the model has no tokenizer, or the text is too short
     */
    public static Perplexity of(CausalModel model, String text) {
        int[] ids = model.tokenizer()
                .orElseThrow(() -> new InvalidRequest("a text needs a tokenizer, and the model has none"
                        + model.unreadTokenizer()
                                .map(reason -> " that is supported (" + reason + ")")
                                .orElse("") + "; give ids"))
                .ids(text, true);
        return of(model, ids, model.context(), (done, total) -> {});
    }

    /**
     * Scores ids.
     *
     * @param model the model; its other sequences wait meanwhile
     * @param ids the text, two ids or more
     * @param window the most tokens that the model sees at once, from 2 to its context
     * @param progress hears how far it has come, on the calling thread
     * @return their score
     * @throws InvalidRequest when there are too few ids, when one doesn't exist, or the window is out of its range
     */
    public static Perplexity of(CausalModel model, int[] ids, int window, Progress progress) {
        if (ids.length < 2) {
            throw new InvalidRequest("a text must have at least 2 tokens to be foreseen, but has " + ids.length);
        }
        if (window < 2 || window > model.context()) {
            throw new InvalidRequest(
                    "the window must be from 2 to the context of " + model.context() + ", but is " + window);
        }
        double sum = 0;
        int scored = 1;
        try (Stepper stepper = model.stepper()) {
            for (int from = 0; scored < ids.length; from += window / 2) {
                int to = Math.min(ids.length, from + window);
                sum += window(model, stepper, Arrays.copyOfRange(ids, from, to), scored - from);
                scored = to;
                progress.scored(scored - 1, ids.length - 1);
            }
        }
        return new Perplexity(ids.length - 1, sum, Math.min(window, ids.length));
    }

    /** The sum for the tokens from the given one on; those before it are only seen. Row {@code i} foresees token {@code i + 1}. */
    private static double window(CausalModel model, Stepper stepper, int[] ids, int first) {
        int rows = Math.min(model.limits().rows(), model.limits().outputs().orElseThrow());
        double sum = 0;
        try (Stepper.Sequence sequence = stepper.open()) {
            for (int from = 0; from < ids.length - 1; from += rows) {
                int to = Math.min(ids.length - 1, from + rows);
                int wanted = Math.clamp(to - (first - 1L), 0, to - from);
                float[][] logits = stepper.step(List.of(Stepper.Chunk.of(sequence, Arrays.copyOfRange(ids, from, to))
                        .outputs(wanted)));
                for (int i = 0; i < wanted; i++) {
                    sum += LogProbabilities.of(logits[i], ids[to - wanted + i + 1]);
                }
            }
        }
        return sum;
    }

    /** {@return the mean negative log-likelihood of a token, in nats: the loss} */
    public double loss() {
        return -logLikelihood / tokens;
    }

    /** {@return how many equally probable tokens would be as hard to foresee: {@code exp(loss)}} */
    public double value() {
        return Math.exp(loss());
    }
}
