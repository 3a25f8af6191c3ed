package org.tenon.tokenizers.split;

/** What becomes of the matches that a {@link Splitter} finds; for "-" in "the-final--countdown": */
public enum Delimiter {
    /** the, final, countdown. */
    REMOVED,
    /** the, -, final, -, -, countdown. */
    ISOLATED,
    /** the-, final-, -, countdown. */
    MERGED_WITH_PREVIOUS,
    /** the, -final, -, -countdown. */
    MERGED_WITH_NEXT,
    /** the, -, final, --, countdown. */
    CONTIGUOUS
}
