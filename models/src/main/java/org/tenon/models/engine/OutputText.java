package org.tenon.models.engine;

import java.util.List;
import org.tenon.api.text.TextStream;

/** The text of an output as it becomes certain: what may be the beginning of a stop string is held back. Confined to the engine's thread. */
final class OutputText {
    private final TextStream stream;
    private final List<String> stops;
    private final StringBuilder whole = new StringBuilder();
    private final StringBuilder pending = new StringBuilder();
    private boolean stopped;

    OutputText(TextStream stream, List<String> stops) {
        this.stream = stream;
        this.stops = stops;
    }

    /** Takes a token; gives the text that has become certain. */
    String append(int id) {
        return take(stream.append(id), false);
    }

    /** Ends the text; gives what was pending. */
    String finish() {
        return stopped ? "" : take(stream.finish(), true);
    }

    /** Whether the text has come to a stop string. */
    boolean stopped() {
        return stopped;
    }

    /** All text given so far. */
    String whole() {
        return whole.toString();
    }

    private String take(String more, boolean last) {
        String certain;
        if (stops.isEmpty()) {
            certain = more;
        } else {
            pending.append(more);
            int end = firstStop();
            stopped = end >= 0;
            int given = stopped ? end : last ? pending.length() : pending.length() - held();
            certain = pending.substring(0, given);
            pending.delete(0, stopped ? pending.length() : given);
        }
        whole.append(certain);
        return certain;
    }

    /** Where the first stop string begins, -1 for none. */
    private int firstStop() {
        int first = -1;
        for (String stop : stops) {
            int at = pending.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** The length of the longest end that some stop string begins with. */
    private int held() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, pending.length()); length > longest; length--) {
                if (stop.startsWith(pending.substring(pending.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
