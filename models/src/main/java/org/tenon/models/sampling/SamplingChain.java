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
    /** No id: what is known of a row doesn't tell which. */
    public static final int UNCERTAIN = -1;

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
     * How many of a row's best ids the chain chooses from before it asks for the whole row. Only parts count whose arithmetic is known: those of this package
     * that take away from the end, after a division at most. A chain that ends with another choice, or that changes scores in another way, sees the row.
     *
     * @param most how many of the best there are
     * @return 1 for the best alone, {@code most}, or 0 where nothing but the row will do
     */
    public int wanted(int most) {
        if (most > 0 && parts.isEmpty() && chooser instanceof Greedy) {
            return 1;
        }
        boolean known = chooser instanceof Greedy || chooser instanceof Draw;
        for (int i = 0; i < parts.size(); i++) {
            known &= divides(parts.get(i)) || filters(parts.get(i));
        }
        int first = filter();
        return known && first < parts.size() && within(parts.get(first), most) ? most : 0;
    }

    /** Whether a filter may leave fewer ids than the best that there are, and asks for no sum over all. */
    private static boolean within(LogitsProcessor filter, int most) {
        return filter instanceof MinP || (filter instanceof TopK(int k) && k < most);
    }

    /** The place of the first part that takes ids out; behind the last where there is none. */
    private int filter() {
        int place = 0;
        while (place < parts.size() && !filters(parts.get(place))) {
            place++;
        }
        return place;
    }

    private static boolean filters(LogitsProcessor part) {
        return part instanceof TopK || part instanceof MinP || part instanceof TopP;
    }

    /** Whether a part keeps the order of all scores, but that it may make some of them equal. */
    private static boolean divides(LogitsProcessor part) {
        return part instanceof Temperature(double temperature)
                && (float) temperature > 0
                && (float) temperature <= Float.MAX_VALUE;
    }

    /**
     * Chooses the next token from the best of a row, if that is certain to be the choice from the whole row, bit for bit.
     *
     * <p>Greedy, the best is the choice. Else ids go out in the first part that takes out any, those below a threshold: the score of the k-th best, or what the best
     * says. The row would give the same threshold, since dividing keeps the order. If the last of those known is below it, all beyond them are, too, being
     * no better; so what is left, the order of it, and all that follows are the same as with the row. If the last is not below it, or was
     * out before, nothing is certain. Nor is it where a score is NaN, which is the first of the best.
     *
     * @param ids the best, the lowest first among equals, as many as {@link #wanted} said, or all of a shorter row
     * @param logits their logits, NaN before all numbers
     * @param known how many
     * @param scores room to work in; changed
     * @param history the sequence so far
     * @return the id of the next token; {@link #UNCERTAIN} where only the whole row tells
     */
    public int next(int[] ids, float[] logits, int known, Scores scores, History history) {
        if (parts.isEmpty()) {
            return logits[0] > Float.NEGATIVE_INFINITY ? ids[0] : UNCERTAIN;
        }
        if (Float.isNaN(logits[0])) {
            return UNCERTAIN;
        }
        scores.set(ids, logits, known);
        int after = filter() + 1;
        apply(0, after, scores, history);
        boolean wasIn = logits[known - 1] > Float.NEGATIVE_INFINITY;
        if (!wasIn || scores.get(ids[known - 1]) > Float.NEGATIVE_INFINITY) {
            return UNCERTAIN;
        }
        apply(after, parts.size(), scores, history);
        return chooser.choose(scores, history);
    }

    /**
     * Chooses the next token.
     *
     * @param scores the logits; changed
     * @param history the sequence so far
     * @return the id of the next token
     */
    public int next(Scores scores, History history) {
        apply(0, parts.size(), scores, history);
        return chooser.choose(scores, history);
    }

    private void apply(int from, int to, Scores scores, History history) {
        for (int i = from; i < to; i++) {
            parts.get(i).apply(scores, history);
        }
    }
}
