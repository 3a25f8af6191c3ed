package org.tenon.cli.bench;

import java.util.SplittableRandom;

/**
 * What a model is asked to do.
 *
 * @param prompt tokens of each prompt
 * @param generate tokens that follow each prompt, at least two
 * @param concurrency requests at once
 * @param seed decides on the prompts
 */
public record Workload(int prompt, int generate, int concurrency, long seed) {
    /** {@return the tokens of a sequence at its end} */
    public int context() {
        return Math.addExact(prompt, generate);
    }

    /** The prompt of a request, random ids; another one in each round, so that no cache holds it already. */
    int[] prompt(int round, int request, int vocabulary) {
        SplittableRandom random = new SplittableRandom(seed + 1_000_003L * round + request);
        return random.ints(prompt, 0, vocabulary).toArray();
    }
}
