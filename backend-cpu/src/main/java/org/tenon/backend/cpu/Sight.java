package org.tenon.backend.cpu;

import java.util.Optional;
import org.tenon.api.op.Visibility;

/**
 * A run of keys about a query's own position: what the kernels of attention can see.
 *
 * @param reach how many keys a query sees at most of those up to its position, its own included
 * @param ahead how many it sees at most of those after its position
 */
record Sight(int reach, int ahead) {
    private static final int ALL = Integer.MAX_VALUE;

    /** The run that a query sees; nothing where it isn't one. */
    static Optional<Sight> of(Visibility sees) {
        return switch (sees) {
            case Visibility.Causal _ -> Optional.of(new Sight(ALL, 0));
            case Visibility.Window window -> Optional.of(new Sight(window.size(), 0));
            case Visibility.All _ -> Optional.of(new Sight(ALL, ALL));
            default -> Optional.empty();
        };
    }

    /** The first key that a query sees. */
    int lowest(int position, int base) {
        return (int) Math.max(base, (long) position - reach + 1);
    }

    /** The last key that a query sees. */
    int highest(int position, int last) {
        return (int) Math.min(last, (long) position + ahead);
    }
}
