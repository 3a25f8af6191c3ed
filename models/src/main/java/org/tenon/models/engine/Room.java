package org.tenon.models.engine;

import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.models.assembly.Network;

/**
 * How much a model does at once, settled: the limits with nothing left open, and what they make of the network.
 *
 * <p>Where the limits are open, caches take a quarter of the memory that is free, and 2 GiB at most. The context is what the model is made
 * for, but no more than a fourth of that room unless that were less than 4096 tokens; and there are as many sequences as the rest holds,
 * 16 at most.
 *
 * @param limits nothing is left open
 * @param bounds the largest step, and the blocks of the caches
 */
public record Room(Limits limits, Network.Bounds bounds) {
    private static final long MOST_CACHE = 2L << 30;
    private static final int SHORT_CONTEXT = 4096;
    private static final int SEQUENCES = 16;

    /** Logits that are computed at once, in values: 64 rows of a large vocabulary. */
    private static final long LOGITS = 64L << 17;

    private static final int OUTPUTS = 256;

    /**
     * Settles limits.
     *
     * @param asked the limits asked for
     * @param context the longest sequence that the model is made for
     * @param vocabulary how many ids there are
     * @param tokenBytes what a token adds to the caches
     * @param free the bytes of memory that caches may have
     * @return limits that fit
     * @throws InvalidRequest when what was asked for doesn't fit
     */
    public static Room of(Limits asked, int context, int vocabulary, long tokenBytes, long free) {
        long perToken = Math.max(1, tokenBytes);
        long most = Math.min(free, asked.cacheBytes().orElse(free));
        long budget = asked.cacheBytes().isPresent() ? most / perToken : Math.min(free / 4, MOST_CACHE) / perToken;
        int longest = Math.min(context, asked.context().orElse(comfortable(budget)));
        long blockSize = aligned(longest);
        int sequences = asked.sequences().orElse(Math.clamp(budget / blockSize, 1, SEQUENCES));
        long slots = sequences * blockSize;
        if (slots > Integer.MAX_VALUE || slots > most / perToken) {
            throw new InvalidRequest(
                    "caches for " + sequences + " sequences of " + longest + " tokens must fit in " + most
                            + " bytes, but need " + blockSize * perToken + " bytes for each sequence"
                            + "; lower the limits for sequences or context, or make room");
        }
        int rows = Math.max(asked.rows(), sequences);
        int outputs = asked.outputs().orElse(Math.clamp(LOGITS / vocabulary, 1, OUTPUTS));
        int bounded = Math.clamp(outputs, sequences, rows);
        return new Room(
                asked.sequences(sequences)
                        .context(longest)
                        .cacheBytes(slots * perToken)
                        .rows(rows)
                        .outputs(bounded),
                new Network.Bounds(rows, sequences, bounded, (int) blockSize, sequences, 1));
    }

    /** The longest sequence for a room of so many tokens, where nobody says. */
    private static int comfortable(long budget) {
        long part = Math.max(budget / 4, Math.min(SHORT_CONTEXT, budget)) / ContiguousBlocks.ALIGNMENT;
        return Math.clamp(part * ContiguousBlocks.ALIGNMENT, ContiguousBlocks.ALIGNMENT, Integer.MAX_VALUE);
    }

    private static long aligned(long tokens) {
        return (tokens + ContiguousBlocks.ALIGNMENT - 1) / ContiguousBlocks.ALIGNMENT * ContiguousBlocks.ALIGNMENT;
    }
}
