package org.tenon.tokenizers.added;

import java.util.ArrayList;
import java.util.List;

/**
 * Some added tokens and the search for them, as the reference does it: from left to right, the longest at each place, and a
 * match that doesn't count is passed over as a whole. Immutable and safe for use by many threads.
 */
public final class AddedTokens {
    private final TokenTrie trie;

    private AddedTokens(TokenTrie trie) {
        this.trie = trie;
    }

    /** Puts added tokens together. */
    public static final class Builder {
        private final TokenTrie trie = new TokenTrie();

        /** None yet. */
        public Builder() {}

        /**
         * Adds a token.
         *
         * @param pattern the string that is looked for, not empty
         * @param token the token
         * @return false where another token has the same pattern already
         */
        public boolean add(String pattern, AddedToken token) {
            return trie.add(pattern, token);
        }

        /**
         * The tokens added so far.
         *
         * @return the search for them
         */
        public AddedTokens build() {
            return new AddedTokens(trie);
        }
    }

    /**
     * A part of a text.
     *
     * @param token the token found
     * @param start where its part starts
     * @param end where it ends, exclusive, with the white space that the token takes
     */
    public record Found(AddedToken token, int start, int end) {}

    /**
     * Finds the tokens.
     *
     * @param text the text
     * @param from where to start
     * @param to where to end
     * @return the tokens in order
     */
    public List<Found> find(char[] text, int from, int to) {
        if (trie.isEmpty()) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        int reached = from;
        int i = from;
        while (i < to) {
            TokenTrie.Match match = trie.longest(text, i, to);
            if (match == null) {
                i++;
                continue;
            }
            i = match.end();
            AddedToken token = match.token();
            if (token.singleWord() && !standsAlone(text, match, from, to)) {
                continue;
            }
            int start = match.start();
            int end = match.end();
            if (token.takesLeft()) {
                while (start > reached && isSpace(text[start - 1])) {
                    start--;
                }
                start = Math.max(start, reached);
            }
            if (token.takesRight()) {
                while (end < to && isSpace(text[end])) {
                    end++;
                }
            }
            found.add(new Found(token, start, end));
            reached = end;
        }
        return found;
    }

    private static boolean standsAlone(char[] text, TokenTrie.Match match, int from, int to) {
        return !(match.start() > from && isWord(Character.codePointBefore(text, match.start(), from)))
                && !(match.end() < to && isWord(Character.codePointAt(text, match.end(), to)));
    }

    /**
     * Whether a character is white space.
     *
     * @param c any character; all white space lies in the basic plane
     * @return true for White_Space
     */
    public static boolean isSpace(char c) {
        return Character.isSpaceChar(c) || (c >= 0x09 && c <= 0x0d) || c == 0x85;
    }

    /** What {@code \w} means in Rust's regex crate. */
    private static boolean isWord(int c) {
        int type = Character.getType(c);
        return Character.isAlphabetic(c)
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.CONNECTOR_PUNCTUATION
                || c == 0x200c
                || c == 0x200d;
    }
}
