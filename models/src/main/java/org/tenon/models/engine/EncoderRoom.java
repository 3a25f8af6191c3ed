package org.tenon.models.engine;

import java.util.Map;
import org.tenon.api.model.Limits;
import org.tenon.models.assembly.Network;

/**
 * How much an encoder does at once, settled. A sequence is never split, so none is longer than a step; where the limits are open, a step takes as many
 * sequences as there would be with eight tokens each, and 64 at the most.
 *
 * @param limits nothing that concerns an encoder is left open
 * @param bounds the largest step, without caches
 */
public record EncoderRoom(Limits limits, Network.Bounds bounds) {
    private static final int SEQUENCES = 64;
    private static final int SHORT = 8;

    /**
     * Settles limits.
     *
     * @param asked the limits asked for
     * @param context the longest sequence that the model is made for
     * @return limits that fit
     */
    public static EncoderRoom of(Limits asked, int context) {
        int rows = Math.max(asked.rows(), 2);
        int longest =
                Math.max(2, Math.min(rows, Math.min(context, asked.context().orElse(context))));
        int sequences = Math.min(rows, asked.sequences().orElse(Math.clamp(rows / SHORT, 1, SEQUENCES)));
        return new EncoderRoom(
                asked.rows(rows).context(longest).sequences(sequences).outputs(rows),
                new Network.Bounds(rows, sequences, rows, 1, Map.of(), 0));
    }
}
