package org.tenon.api.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * How tokens are chosen, and when a sequence ends. What isn't given comes from the model's {@link CausalModel#defaults}.
 *
 * <p>The order is that of Transformers: logit bias, repetition penalty, frequency and presence penalties; then, unless the choice is
 * greedy, temperature, top-k, top-p, min-p and the draw. Giving a temperature, top-k, top-p or min-p asks for a draw.
 *
 * <p>Immutable and thread-safe, save for what {@link #chain(UnaryOperator)} and {@link #chooser(TokenChooser)} were given.
 */
public final class Sampling {
    private static final Sampling NOTHING = new Sampling(new Values());

    private final Values values;

    /** What was given. Changed only before it is put into a {@link Sampling}. */
    private static final class Values {
        OptionalDouble temperature = OptionalDouble.empty();
        OptionalInt topK = OptionalInt.empty();
        OptionalDouble topP = OptionalDouble.empty();
        OptionalDouble minP = OptionalDouble.empty();
        OptionalDouble repetitionPenalty = OptionalDouble.empty();
        OptionalDouble frequencyPenalty = OptionalDouble.empty();
        OptionalDouble presencePenalty = OptionalDouble.empty();
        OptionalLong seed = OptionalLong.empty();
        Optional<Boolean> greedy = Optional.empty();
        Optional<Map<Integer, Double>> logitBias = Optional.empty();
        OptionalInt maxTokens = OptionalInt.empty();
        Optional<List<String>> stopStrings = Optional.empty();
        Optional<Set<Integer>> stopTokens = Optional.empty();
        Optional<Set<Integer>> endTokens = Optional.empty();
        Optional<Set<Integer>> forcedFirst = Optional.empty();
        Optional<Set<Integer>> forcedLast = Optional.empty();
        OptionalInt logProbabilities = OptionalInt.empty();
        Optional<UnaryOperator<List<LogitsProcessor>>> chain = Optional.empty();
        Optional<TokenChooser> chooser = Optional.empty();

        Values copy() {
            return over(new Values());
        }

        boolean draws() {
            return temperature.isPresent() || topK.isPresent() || topP.isPresent() || minP.isPresent();
        }

        Values over(Values other) {
            Values merged = new Values();
            merged.temperature = temperature.isPresent() ? temperature : other.temperature;
            merged.topK = topK.isPresent() ? topK : other.topK;
            merged.topP = topP.isPresent() ? topP : other.topP;
            merged.minP = minP.isPresent() ? minP : other.minP;
            merged.repetitionPenalty = repetitionPenalty.isPresent() ? repetitionPenalty : other.repetitionPenalty;
            merged.frequencyPenalty = frequencyPenalty.isPresent() ? frequencyPenalty : other.frequencyPenalty;
            merged.presencePenalty = presencePenalty.isPresent() ? presencePenalty : other.presencePenalty;
            merged.seed = seed.isPresent() ? seed : other.seed;
            merged.greedy = greedy.or(() -> draws() ? Optional.of(false) : other.greedy);
            merged.logitBias = logitBias.or(() -> other.logitBias);
            merged.maxTokens = maxTokens.isPresent() ? maxTokens : other.maxTokens;
            merged.stopStrings = stopStrings.or(() -> other.stopStrings);
            merged.stopTokens = stopTokens.or(() -> other.stopTokens);
            merged.endTokens = endTokens.or(() -> other.endTokens);
            merged.forcedFirst = forcedFirst.or(() -> other.forcedFirst);
            merged.forcedLast = forcedLast.or(() -> other.forcedLast);
            merged.logProbabilities = logProbabilities.isPresent() ? logProbabilities : other.logProbabilities;
            merged.chain = chain.or(() -> other.chain);
            merged.chooser = chooser.or(() -> other.chooser);
            return merged;
        }
    }

    private Sampling(Values values) {
        this.values = values;
    }

    /** {@return nothing given yet: the model's defaults} */
    public static Sampling sampling() {
        return NOTHING;
    }

    private Sampling with(Consumer<Values> change) {
        Values changed = values.copy();
        change.accept(changed);
        return new Sampling(changed);
    }

    /**
     * What is given here, and what isn't, as others give it.
     *
     * @param defaults what counts where nothing is given here
     * @return both
     */
    public Sampling orElse(Sampling defaults) {
        return new Sampling(values.over(defaults.values));
    }

    /**
     * Divides the scores.
     *
     * @param temperature zero or more; zero is greedy
     * @return this sampling with the temperature
     */
    public Sampling temperature(double temperature) {
        InvalidRequest.unless(
                temperature >= 0 && Double.isFinite(temperature), "temperature", "a number, zero or more", temperature);
        return with(changed -> changed.temperature = OptionalDouble.of(temperature));
    }

    /**
     * Keeps the best ids, and those that tie with the last of them.
     *
     * @param topK how many; zero for all
     * @return this sampling with the choice
     */
    public Sampling topK(int topK) {
        InvalidRequest.unless(topK >= 0, "topK", "zero or more", topK);
        return with(changed -> changed.topK = OptionalInt.of(topK));
    }

    /**
     * Keeps the fewest of the best ids that together have a probability (Holtzman et al. 2019).
     *
     * @param topP the probability, above 0 and up to 1
     * @return this sampling with the choice
     */
    public Sampling topP(double topP) {
        InvalidRequest.unless(topP > 0 && topP <= 1, "topP", "above 0 and up to 1", topP);
        return with(changed -> changed.topP = OptionalDouble.of(topP));
    }

    /**
     * Keeps the ids that have a share of the best id's probability (Nguyen et al. 2024).
     *
     * @param minP the share, from 0 to 1
     * @return this sampling with the choice
     */
    public Sampling minP(double minP) {
        InvalidRequest.unless(minP >= 0 && minP <= 1, "minP", "from 0 to 1", minP);
        return with(changed -> changed.minP = OptionalDouble.of(minP));
    }

    /**
     * Makes the ids of prompt and output less probable: positive scores are divided, negative ones multiplied (Keskar et al. 2019).
     *
     * @param penalty above zero; one changes nothing
     * @return this sampling with the penalty
     */
    public Sampling repetitionPenalty(double penalty) {
        InvalidRequest.unless(penalty > 0 && Double.isFinite(penalty), "repetitionPenalty", "above zero", penalty);
        return with(changed -> changed.repetitionPenalty = OptionalDouble.of(penalty));
    }

    /**
     * Subtracts from an id's score for each of its occurrences in prompt and output.
     *
     * @param penalty how much; negative makes repetition more probable
     * @return this sampling with the penalty
     */
    public Sampling frequencyPenalty(double penalty) {
        InvalidRequest.unless(Double.isFinite(penalty), "frequencyPenalty", "a finite number", penalty);
        return with(changed -> changed.frequencyPenalty = OptionalDouble.of(penalty));
    }

    /**
     * Subtracts from the score of every id that occurs in prompt or output.
     *
     * @param penalty how much; negative makes repetition more probable
     * @return this sampling with the penalty
     */
    public Sampling presencePenalty(double penalty) {
        InvalidRequest.unless(Double.isFinite(penalty), "presencePenalty", "a finite number", penalty);
        return with(changed -> changed.presencePenalty = OptionalDouble.of(penalty));
    }

    /**
     * Adds to the scores of some ids, before all else.
     *
     * @param bias what to add, by id; minus infinity forbids an id
     * @return this sampling with the bias
     */
    public Sampling logitBias(Map<Integer, Double> bias) {
        bias.forEach((id, value) -> InvalidRequest.unless(
                id >= 0 && value < Double.POSITIVE_INFINITY, "logitBias", "a number by id", id + ": " + value));
        Map<Integer, Double> copy = Collections.unmodifiableMap(new TreeMap<>(bias));
        return with(changed -> changed.logitBias = Optional.of(copy));
    }

    /**
     * Fixes the random numbers: the number that draws a token depends on the seed and on the token's position, and on nothing else.
     *
     * @param seed any number
     * @return this sampling with the seed; without one each request has another
     */
    public Sampling seed(long seed) {
        return with(changed -> changed.seed = OptionalLong.of(seed));
    }

    /**
     * Takes the best id, the lowest among equals, and no random number.
     *
     * @return this sampling, greedy
     */
    public Sampling greedy() {
        return with(changed -> changed.greedy = Optional.of(true));
    }

    /**
     * Draws even where the model's default is greedy.
     *
     * @return this sampling with a draw
     */
    public Sampling drawn() {
        return with(changed -> changed.greedy = Optional.of(false));
    }

    /**
     * Bounds the output.
     *
     * @param maxTokens the most tokens, at least one
     * @return this sampling with the bound; without one the end is an end token or the end of the context
     */
    public Sampling maxTokens(int maxTokens) {
        InvalidRequest.unless(maxTokens >= 1, "maxTokens", "at least one", maxTokens);
        return with(changed -> changed.maxTokens = OptionalInt.of(maxTokens));
    }

    /**
     * Ends the output where its text comes to one of these; the stop string isn't part of the text.
     *
     * @param strings texts, none empty
     * @return this sampling with these stop strings and no others
     */
    public Sampling stopStrings(String... strings) {
        List<String> copy = List.of(strings);
        copy.forEach(text -> InvalidRequest.unless(!text.isEmpty(), "stopStrings", "not empty", "\"\""));
        return with(changed -> changed.stopStrings = Optional.of(copy));
    }

    /**
     * Ends the output with one of these tokens, beside the model's end tokens.
     *
     * @param ids the tokens
     * @return this sampling with these stop tokens and no others
     */
    public Sampling stopTokens(int... ids) {
        Set<Integer> copy = set("stopTokens", ids);
        return with(changed -> changed.stopTokens = Optional.of(copy));
    }

    /**
     * The tokens that end the output because the model means them to; the model's defaults name them.
     *
     * @param ids the tokens
     * @return this sampling with these end tokens and no others
     */
    public Sampling endTokens(int... ids) {
        Set<Integer> copy = set("endTokens", ids);
        return with(changed -> changed.endTokens = Optional.of(copy));
    }

    /**
     * Goes on beyond the model's end tokens.
     *
     * @return this sampling without end tokens
     */
    public Sampling ignoreEndTokens() {
        return endTokens(new int[0]);
    }

    /**
     * What the second token of a sequence must be, where one stands before it alone, such as the start token of a decoder behind an encoder
     * (Transformers' {@code forced_bos_token_id}).
     *
     * @param ids one of which it must be; none to force nothing
     * @return this sampling with these tokens and no others
     */
    public Sampling forcedFirst(int... ids) {
        Set<Integer> copy = set("forcedFirst", ids);
        return with(changed -> changed.forcedFirst = Optional.of(copy));
    }

    /**
     * What the last token must be of an output that comes to its bound, {@link #maxTokens} or the context (Transformers' {@code forced_eos_token_id}).
     *
     * @param ids one of which it must be; none to force nothing
     * @return this sampling with these tokens and no others
     */
    public Sampling forcedLast(int... ids) {
        Set<Integer> copy = set("forcedLast", ids);
        return with(changed -> changed.forcedLast = Optional.of(copy));
    }

    private static Set<Integer> set(String part, int... ids) {
        Set<Integer> copy = new TreeSet<>();
        for (int id : ids) {
            InvalidRequest.unless(id >= 0, part, "ids, zero or more", id);
            copy.add(id);
        }
        return Collections.unmodifiableSet(copy);
    }

    /**
     * Gives the logarithm of the probability of each token, and those of the most probable ids.
     *
     * @param best how many of the most probable ids, zero or more
     * @return this sampling with log-probabilities
     */
    public Sampling logProbabilities(int best) {
        InvalidRequest.unless(best >= 0, "logProbabilities", "zero or more", best);
        return with(changed -> changed.logProbabilities = OptionalInt.of(best));
    }

    /**
     * Changes the chain: takes parts out, puts others in, or orders them anew.
     *
     * @param change is given the parts that the other settings ask for, in order, and returns those to use; called for each request
     * @return this sampling with the change
     */
    public Sampling chain(UnaryOperator<List<LogitsProcessor>> change) {
        return with(changed -> changed.chain = Optional.of(change));
    }

    /**
     * Replaces the choice at the end of the chain.
     *
     * @param chooser chooses the token
     * @return this sampling with the choice
     */
    public Sampling chooser(TokenChooser chooser) {
        return with(changed -> changed.chooser = Optional.of(chooser));
    }

    /** {@return what divides the scores} */
    public OptionalDouble temperature() {
        return values.temperature;
    }

    /** {@return how many of the best ids are kept; zero for all} */
    public OptionalInt topK() {
        return values.topK;
    }

    /** {@return the probability of the ids that are kept} */
    public OptionalDouble topP() {
        return values.topP;
    }

    /** {@return the share of the best id's probability that ids need to be kept} */
    public OptionalDouble minP() {
        return values.minP;
    }

    /** {@return what divides or multiplies the scores of ids that occur} */
    public OptionalDouble repetitionPenalty() {
        return values.repetitionPenalty;
    }

    /** {@return what is subtracted for each occurrence} */
    public OptionalDouble frequencyPenalty() {
        return values.frequencyPenalty;
    }

    /** {@return what is subtracted from the scores of ids that occur} */
    public OptionalDouble presencePenalty() {
        return values.presencePenalty;
    }

    /** {@return what is added to scores, by id, in the order of the ids} */
    public Map<Integer, Double> logitBias() {
        return values.logitBias.orElse(Map.of());
    }

    /** {@return the seed of the random numbers} */
    public OptionalLong seed() {
        return values.seed;
    }

    /** {@return whether the best id is taken: as given, else unless something asks for a draw} */
    public boolean isGreedy() {
        return values.greedy.orElse(!values.draws()) || values.temperature.orElse(1) == 0;
    }

    /** {@return the most tokens of the output} */
    public OptionalInt maxTokens() {
        return values.maxTokens;
    }

    /** {@return the texts that end the output} */
    public List<String> stopStrings() {
        return values.stopStrings.orElse(List.of());
    }

    /** {@return the tokens that end the output beside the model's} */
    public Collection<Integer> stopTokens() {
        return values.stopTokens.orElse(Set.of());
    }

    /** {@return the model's end tokens} */
    public Collection<Integer> endTokens() {
        return values.endTokens.orElse(Set.of());
    }

    /** {@return one of which the token behind a single one must be; none for any} */
    public Collection<Integer> forcedFirst() {
        return values.forcedFirst.orElse(Set.of());
    }

    /** {@return one of which the last token of an output that comes to its bound must be; none for any} */
    public Collection<Integer> forcedLast() {
        return values.forcedLast.orElse(Set.of());
    }

    /** {@return how many of the most probable ids come with each token; nothing for no log-probabilities at all} */
    public OptionalInt logProbabilities() {
        return values.logProbabilities;
    }

    /** {@return what changes the chain} */
    public Optional<UnaryOperator<List<LogitsProcessor>>> chain() {
        return values.chain;
    }

    /** {@return what chooses the token} */
    public Optional<TokenChooser> chooser() {
        return values.chooser;
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(isGreedy() ? "greedy" : "drawn");
        values.temperature.ifPresent(value -> parts.add("temperature " + value));
        values.topK.ifPresent(value -> parts.add("topK " + value));
        values.topP.ifPresent(value -> parts.add("topP " + value));
        values.minP.ifPresent(value -> parts.add("minP " + value));
        values.repetitionPenalty.ifPresent(value -> parts.add("repetitionPenalty " + value));
        values.frequencyPenalty.ifPresent(value -> parts.add("frequencyPenalty " + value));
        values.presencePenalty.ifPresent(value -> parts.add("presencePenalty " + value));
        values.seed.ifPresent(value -> parts.add("seed " + value));
        values.maxTokens.ifPresent(value -> parts.add("maxTokens " + value));
        return String.join(", ", parts);
    }
}
