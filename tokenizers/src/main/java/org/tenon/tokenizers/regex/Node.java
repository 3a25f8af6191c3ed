package org.tenon.tokenizers.regex;

import java.util.List;

/** A regular expression as a tree. */
sealed interface Node {

    /** One code point out of a set. */
    record One(CodePointSet set) implements Node {}

    /** One after the other; nothing at all where the list is empty. */
    record Sequence(List<Node> parts) implements Node {}

    /** The first that leads to a match. */
    record Choice(List<Node> options) implements Node {}

    /** Again and again; {@code max} is -1 where there is no bound. */
    record Repeat(Node body, int min, int max, Mode mode) implements Node {}

    /** No way back into the body once it has matched. */
    record Atomic(Node body) implements Node {}

    /** What follows, or what stands before, is looked at and not taken. */
    record Look(Node body, boolean behind, boolean negative) implements Node {}

    /** So many code points back. */
    record Back(int count) implements Node {}

    /** A place between code points. */
    record At(Place place) implements Node {}

    /** How a repetition chooses. */
    enum Mode {
        GREEDY,
        LAZY,
        POSSESSIVE
    }

    /** The places that can be asked for. */
    enum Place {
        TEXT_START,
        TEXT_END,
        TEXT_END_OR_LAST_NEWLINE,
        LINE_START,
        LINE_END,
        WORD_BOUNDARY,
        NOT_WORD_BOUNDARY
    }
}
