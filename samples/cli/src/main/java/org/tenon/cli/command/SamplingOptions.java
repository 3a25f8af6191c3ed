package org.tenon.cli.command;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.model.Sampling;
import picocli.CommandLine.Option;

/** How tokens are chosen. What isn't given is as the model's {@code generation_config.json} says. */
final class SamplingOptions {
    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "At most N tokens (default: as the model says, else 128; 1024 in chat).")
    private Optional<Integer> maxTokens = Optional.empty();

    @Option(names = "--greedy", description = "Take the most probable token each time.")
    private boolean greedy;

    @Option(names = "--temperature", paramLabel = "T", description = "Divide the scores by T; 0 is greedy.")
    private Optional<Double> temperature = Optional.empty();

    @Option(names = "--top-k", paramLabel = "K", description = "Draw from the K best tokens; 0 for all.")
    private Optional<Integer> topK = Optional.empty();

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from the fewest tokens that have probability P together.")
    private Optional<Double> topP = Optional.empty();

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Draw from tokens that have P of the best one's probability.")
    private Optional<Double> minP = Optional.empty();

    @Option(names = "--seed", paramLabel = "S", description = "The same seed draws the same text again.")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Divide or multiply the scores of tokens that occurred; 1 for none.")
    private Optional<Double> repetitionPenalty = Optional.empty();

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            description = "Subtract X from a token's score for each time it occurred.")
    private Optional<Double> frequencyPenalty = Optional.empty();

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            description = "Subtract X from the scores of tokens that occurred.")
    private Optional<Double> presencePenalty = Optional.empty();

    @Option(names = "--logit-bias", paramLabel = "ID=X", description = "Add X to a token's score; may be repeated.")
    private Map<Integer, Double> logitBias = Map.of();

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--ignore-end", description = "Go on when the model means to end.")
    private boolean ignoreEnd;

    /** What was given, and nothing else. */
    Sampling given() {
        Sampling sampling = Sampling.sampling();
        sampling = with(sampling, maxTokens, Sampling::maxTokens);
        sampling = with(sampling, temperature, Sampling::temperature);
        sampling = with(sampling, topK, Sampling::topK);
        sampling = with(sampling, topP, Sampling::topP);
        sampling = with(sampling, minP, Sampling::minP);
        sampling = with(sampling, seed, Sampling::seed);
        sampling = with(sampling, repetitionPenalty, Sampling::repetitionPenalty);
        sampling = with(sampling, frequencyPenalty, Sampling::frequencyPenalty);
        sampling = with(sampling, presencePenalty, Sampling::presencePenalty);
        sampling = logitBias.isEmpty() ? sampling : sampling.logitBias(logitBias);
        sampling = stop.isEmpty() ? sampling : sampling.stopStrings(stop.toArray(String[]::new));
        sampling = ignoreEnd ? sampling.ignoreEndTokens() : sampling;
        return greedy ? sampling.greedy() : sampling;
    }

    /** What was given, with a bound on the output where neither it nor the model has one. */
    static Sampling bounded(Sampling given, Sampling defaults, int maxTokens) {
        return given.orElse(defaults).maxTokens().isPresent() ? given : given.maxTokens(maxTokens);
    }

    private interface Setting<T> {
        Sampling set(Sampling sampling, T value);
    }

    private static <T> Sampling with(Sampling sampling, Optional<T> value, Setting<T> setting) {
        return value.map(given -> setting.set(sampling, given)).orElse(sampling);
    }
}
