package org.tenon.tokenizers.added;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the longest of some strings that begins at a place. Immutable once built. */
final class TokenTrie {
    private final BitSet firstChars = new BitSet(1 << 16);
    private final Map<Long, Integer> children = new HashMap<>();
    private final Map<Integer, AddedToken> tokens = new HashMap<>();

    /** Adds a string, which must not be empty; false where it is there already. */
    boolean add(String pattern, AddedToken token) {
        int node = 0;
        for (int i = 0; i < pattern.length(); i++) {
            int next = children.size() + 1;
            Integer known = children.putIfAbsent(edge(node, pattern.charAt(i)), next);
            node = known == null ? next : known;
        }
        firstChars.set(pattern.charAt(0));
        return tokens.putIfAbsent(node, token) == null;
    }

    boolean isEmpty() {
        return tokens.isEmpty();
    }

    /** The longest match that starts at an index and ends at {@code to} or before. */
    @Nullable Match longest(char[] text, int from, int to) {
        if (!firstChars.get(text[from])) {
            return null;
        }
        Match longest = null;
        Integer node = 0;
        for (int i = from; i < to; i++) {
            node = children.get(edge(node, text[i]));
            if (node == null) {
                break;
            }
            AddedToken token = tokens.get(node);
            if (token != null) {
                longest = new Match(token, from, i + 1);
            }
        }
        return longest;
    }

    private static long edge(int node, char c) {
        return (long) node << 16 | c;
    }

    record Match(AddedToken token, int start, int end) {}
}
