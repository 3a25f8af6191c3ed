package org.tenon.layers.statespace;

import org.tenon.api.layer.InvalidLayer;

/** What state-space layers may be like. */
final class Limits {
    /** The most columns of a part. */
    static final int WIDEST = 1 << 24;

    /** The most numbers that a layer keeps for a sequence. */
    private static final long MOST_KEPT = 1L << 30;

    private static final int MOST_STATES = 1 << 16;
    private static final int MOST_TAPS = 16;

    private Limits() {}

    static InvalidLayer.Check checked(int states, int taps, long channels) {
        return InvalidLayer.check()
                .that(states >= 1 && states <= MOST_STATES, "states", states + " is not between 1 and " + MOST_STATES)
                .that(taps >= 2 && taps <= MOST_TAPS, "taps", taps + " is not between 2 and " + MOST_TAPS)
                .that(channels >= 1 && channels <= WIDEST, "channels", channels + " is not between 1 and " + WIDEST)
                .that(
                        channels * states <= MOST_KEPT,
                        "states",
                        states + " of each of " + channels + " channels are more than " + MOST_KEPT);
    }

    static boolean fits(Mamba.SelectionNorm norm) {
        return fits(norm.epsilon());
    }

    static boolean fits(double epsilon) {
        return epsilon >= 0 && epsilon < 1;
    }
}
