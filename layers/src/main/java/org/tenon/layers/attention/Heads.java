package org.tenon.layers.attention;

import java.util.OptionalInt;
import org.tenon.api.layer.InvalidLayer;

/** What heads of queries must be, in every attention. */
final class Heads {
    /** The most columns that all heads together may have. */
    private static final int WIDEST = 1 << 24;

    private Heads() {}

    /** Checks that they have columns, given or as even parts of the hidden size, and not too many. */
    static void check(InvalidLayer.Check check, int heads, OptionalInt given, int hidden) {
        int headDim = width(heads, given, hidden);
        if (given.isPresent()) {
            check.that(headDim >= 1, "headDim", headDim + " is less than 1");
        } else if (heads >= 1) {
            check.that(hidden % heads == 0, "heads", heads + " does not divide hidden " + hidden + "; give a headDim");
        }
        check.that(
                (long) heads * headDim <= WIDEST,
                "headDim",
                heads + " heads of " + headDim + " columns are more than " + WIDEST);
    }

    /** The columns of a head. */
    static int width(int heads, OptionalInt given, int hidden) {
        return given.orElse(heads < 1 ? 0 : hidden / heads);
    }
}
