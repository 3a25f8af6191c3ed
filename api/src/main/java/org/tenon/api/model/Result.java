package org.tenon.api.model;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of a request.
 *
 * @param text the output's text up to a stop string; empty where the model has no tokenizer
 * @param tokens the tokens chosen, an end token included
 * @param reason why the sequence ended
 * @param usage how many tokens there were
 * @param timings how long it took
 * @param seed the seed of the random numbers: the same seed gives the same text again
 */
public record Result(String text, List<Token> tokens, FinishReason reason, Usage usage, Timings timings, long seed) {
    private static final double NANOS = 1e9;

    /**
     * Copies the list.
     *
     * @param text the output's text
     * @param tokens the tokens chosen
     * @param reason why the sequence ended
     * @param usage how many tokens there were
     * @param timings how long it took
     * @param seed the seed of the random numbers
     */
    public Result {
        tokens = List.copyOf(tokens);
    }

    /** {@return the ids of the tokens, a new array} */
    public int[] ids() {
        return tokens.stream().mapToInt(Token::id).toArray();
    }

    /** {@return tokens after the first in a second; nothing for fewer than two tokens} */
    public OptionalDouble tokensPerSecond() {
        long nanos = timings.decode().toNanos();
        return usage.outputTokens() < 2 || nanos == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((usage.outputTokens() - 1) / (nanos / NANOS));
    }
}
