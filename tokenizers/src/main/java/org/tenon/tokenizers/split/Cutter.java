package org.tenon.tokenizers.split;

/** Puts the matches of one piece, and what lies between them, together as {@link Delimiter} says. */
final class Cutter {
    private final Delimiter delimiter;
    private final Spans result;
    // the span that may still grow, from openStart to openEnd; -1 where there is none
    private int openStart = -1;
    private int openEnd;
    private boolean previousMatch;

    Cutter(Delimiter delimiter, Spans result) {
        this.delimiter = delimiter;
        this.result = result;
    }

    /** The next span: they lie one after the other and fill the piece. */
    void add(int start, int end, boolean match) {
        switch (delimiter) {
            case REMOVED -> {
                if (!match) {
                    result.add(start, end);
                }
            }
            case ISOLATED -> result.add(start, end);
            case MERGED_WITH_PREVIOUS -> join(start, end, match && !previousMatch);
            // The reference goes backwards and gives a match to what follows it, unless that is a match.
            case MERGED_WITH_NEXT -> join(start, end, previousMatch && !match);
            case CONTIGUOUS -> join(start, end, match == previousMatch);
        }
        previousMatch = match;
    }

    private void join(int start, int end, boolean joins) {
        if (openStart >= 0 && joins) {
            openEnd = end;
            return;
        }
        close();
        openStart = start;
        openEnd = end;
    }

    private void close() {
        if (openStart >= 0) {
            result.add(openStart, openEnd);
        }
    }

    void finish() {
        close();
        openStart = -1;
        previousMatch = false;
    }
}
