package org.tenon.models.engine;

import java.util.HashMap;
import java.util.Map;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.models.assembly.Network;

/**
 * How much a model does at once, settled: the limits with nothing left open, and what they make of the network.
 *
 * <p>Where the limits are open, caches take a quarter of the memory that is free, and 2 GiB at most. The context is what the model is made
 * for, but no more than a fourth of that room unless that were less than 4096 tokens. There are up to 16 sequences, which share the room;
 * one of the longest fits in any case. The states of sequences, which don't grow, take half of the room at most where there are keys, too.
 *
 * @param limits nothing is left open
 * @param bounds the largest step, and the blocks of the caches
 */
public record Room(Limits limits, Network.Bounds bounds) {
    private static final long MOST_CACHE = 2L << 30;
    private static final int SHORT_CONTEXT = 4096;

    /** Kernels go through keys in chunks of so many. */
    private static final int ALIGNMENT = 64;

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
     * @param tokenBytes what a token adds to each group of caches; none where no layer has keys
     * @param stateBytes what a sequence takes for its states; 0 where no layer has any
     * @param free the bytes of memory that caches may have
     * @return limits that fit
     * @throws InvalidRequest when what was asked for doesn't fit
     */
    public static Room of(
            Limits asked, int context, int vocabulary, Map<KeyGroup, Long> tokenBytes, long stateBytes, long free) {
        long perToken = Math.max(
                1, tokenBytes.values().stream().mapToLong(Long::longValue).sum());
        long most = Math.min(free, asked.cacheBytes().orElse(free));
        long budget = asked.cacheBytes().isPresent() ? most : Math.min(free / 4, MOST_CACHE);
        int longest = Math.min(context, asked.context().orElse(comfortable((budget - stateBytes) / perToken)));
        Caches caches = new Caches(asked, longest, tokenBytes);
        long one = Math.addExact(caches.bytes(caches.blocksEach()), stateBytes);
        if (one > most) {
            throw new InvalidRequest("the cache of a sequence of " + longest + " tokens must fit in " + most
                    + " bytes, but needs " + one + "; lower the limit for the context, or make room");
        }
        long room = Math.max(budget, one);
        long stateRoom = tokenBytes.isEmpty() ? room : Math.min(room / 2, room - one + stateBytes);
        int slots = slots(asked, stateRoom, stateBytes);
        long states = slots * stateBytes;
        int blocks = caches.most(room - states);
        int usual = slots == 0 ? SEQUENCES : Math.min(slots, SEQUENCES);
        int sequences = asked.sequences().orElse(Math.clamp(blocks, 1, usual));
        int rows = Math.max(asked.rows(), sequences);
        int outputs = asked.outputs().orElse(Math.clamp(LOGITS / vocabulary, 1, OUTPUTS));
        int bounded = Math.clamp(outputs, sequences, rows);
        return new Room(
                asked.sequences(sequences)
                        .context(longest)
                        .cacheBytes(Math.max(1, caches.bytes(blocks) + states))
                        .blockSize(caches.blockSize())
                        .rows(rows)
                        .outputs(bounded),
                new Network.Bounds(rows, sequences, bounded, caches.blockSize(), caches.of(blocks), slots));
    }

    /** How many sequences' states fit into a room: one at the least, and no more than there can be. */
    private static int slots(Limits asked, long room, long stateBytes) {
        return stateBytes == 0
                ? 0
                : Math.clamp(room / stateBytes, 1, asked.sequences().orElse(SEQUENCES));
    }

    /** What caches of so many blocks come to. */
    private static final class Caches {
        private final int blockSize;
        private final int blocksEach; // of a whole sequence
        private final int sequences;
        private final int rows;
        private final Map<KeyGroup, Long> tokenBytes;

        Caches(Limits asked, int longest, Map<KeyGroup, Long> tokenBytes) {
            this.sequences = asked.sequences().orElse(SEQUENCES);
            this.rows = Math.max(asked.rows(), sequences);
            this.blockSize = (int) Math.min(asked.blockSize(), aligned(longest));
            this.blocksEach = (int) ceil(longest, blockSize);
            this.tokenBytes = tokenBytes;
        }

        int blockSize() {
            return blockSize;
        }

        int blocksEach() {
            return blocksEach;
        }

        /**
         * Where queries see a window: its keys, the rows of a step, and what the table's beginning may lag behind. Where they see an encoder's
         * rows: those of a step.
         */
        private int entries(KeyGroup group) {
            if (group.crosses()) {
                return (int) Math.min(blocksEach, ceil(rows, blockSize));
            }
            long span = (long) group.reach().keys() - 1 + rows + Blocks.step(blockSize) - 1;
            return (int) Math.min(blocksEach, ceil(span, blockSize));
        }

        private Network.Cache of(KeyGroup group, int blocks) {
            int entries = entries(group);
            return new Network.Cache((int) Math.min(blocks, (long) sequences * entries), entries);
        }

        Map<KeyGroup, Network.Cache> of(int blocks) {
            Map<KeyGroup, Network.Cache> caches = new HashMap<>();
            tokenBytes.keySet().forEach(group -> caches.put(group, of(group, blocks)));
            return caches;
        }

        long bytes(int blocks) {
            return tokenBytes.entrySet().stream()
                    .mapToLong(each ->
                            Math.multiplyExact((long) of(each.getKey(), blocks).blocks() * blockSize, each.getValue()))
                    .sum();
        }

        /** The most blocks that fit into a room, no more than all sequences can have; slots are to be counted by an int. */
        int most(long room) {
            int fit = blocksEach;
            long unfit = Math.min((long) sequences * blocksEach, Integer.MAX_VALUE / blockSize) + 1;
            while (unfit - fit > 1) {
                int between = (int) (fit + (unfit - fit) / 2);
                if (bytes(between) <= room) {
                    fit = between;
                } else {
                    unfit = between;
                }
            }
            return fit;
        }
    }

    /** The longest sequence for a room of so many tokens, where nobody says. */
    private static int comfortable(long budget) {
        long part = Math.max(budget / 4, Math.min(SHORT_CONTEXT, budget)) / ALIGNMENT;
        return Math.clamp(part * ALIGNMENT, ALIGNMENT, Integer.MAX_VALUE);
    }

    private static long aligned(long tokens) {
        return ceil(tokens, ALIGNMENT) * ALIGNMENT;
    }

    private static long ceil(long tokens, long size) {
        return (tokens + size - 1) / size;
    }
}
