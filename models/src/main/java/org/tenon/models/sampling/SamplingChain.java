package org.tenon.models.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Scores;
import org.tenon.api.model.TokenChooser;

/**
 * The chain that chooses a token, in the order of Transformers 5 ({@code GenerationMixin._get_logits_processor}): logit bias, repetition
 * penalty, frequency and presence penalties, forced tokens; unless greedy, temperature, top-k, top-p and min-p; then the choice.
 *
 * @param parts change the scores, in order
 * @param chooser chooses the token
 */
public record SamplingChain(List<LogitsProcessor> parts, TokenChooser chooser) {
    /**
     * Copies the list.
     *
     * @param parts change the scores
     * @param chooser chooses the token
     */
    public SamplingChain {
        parts = List.copyOf(parts);
    }

    /**
     * The chain that settings ask for.
     *
     * @param sampling the settings, defaults included
     * @param seed the seed of the random numbers
     * @param most the most tokens that the output can have
     * @return the chain
     */
    public static SamplingChain of(Sampling sampling, long seed, int most) {
        List<LogitsProcessor> parts = new ArrayList<>();
        if (!sampling.logitBias().isEmpty()) {
            parts.add(new LogitBias(sampling.logitBias()));
        }
        if (differs(sampling.repetitionPenalty(), 1)) {
            parts.add(new RepetitionPenalty(sampling.repetitionPenalty().getAsDouble()));
        }
        if (differs(sampling.frequencyPenalty(), 0) || differs(sampling.presencePenalty(), 0)) {
            parts.add(new CountPenalties(
                    sampling.frequencyPenalty().orElse(0),
                    sampling.presencePenalty().orElse(0)));
        }
        if (!sampling.forcedFirst().isEmpty() || !sampling.forcedLast().isEmpty()) {
            parts.add(new ForcedTokens(sampling.forcedFirst(), sampling.forcedLast(), most));
        }
        if (!sampling.isGreedy()) {
            addFilters(parts, sampling);
        }
        return new SamplingChain(
                sampling.chain().map(change -> change.apply(List.copyOf(parts))).orElse(parts),
                sampling.chooser().orElseGet(() -> sampling.isGreedy() ? new Greedy() : new Draw(seed)));
    }

    private static void addFilters(List<LogitsProcessor> parts, Sampling sampling) {
        if (differs(sampling.temperature(), 1)) {
            parts.add(new Temperature(sampling.temperature().getAsDouble()));
        }
        if (sampling.topK().orElse(0) > 0) {
            parts.add(new TopK(sampling.topK().getAsInt()));
        }
        if (differs(sampling.topP(), 1)) {
            parts.add(new TopP(sampling.topP().getAsDouble()));
        }
        if (differs(sampling.minP(), 0)) {
            parts.add(new MinP(sampling.minP().getAsDouble()));
        }
    }

    private static boolean differs(OptionalDouble value, double neutral) {
        return value.isPresent() && value.getAsDouble() != neutral;
    }

    /**
     * Chooses the next token.
     *
     * @param scores the logits; changed
     * @param history the sequence so far
     * @return the id of the next token
     */
    public int next(Scores scores, History history) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).apply(scores, history);
        }
        return chooser.choose(scores, history);
    }
}
