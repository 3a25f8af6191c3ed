package org.tenon.tokenizers.regex;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * What {@code (?i:...)} adds to a class: every code point with the same simple case folding, so that {@code s} matches U+017F
 * and {@code k} matches U+212A. Some characters fold to several ("ss" matches U+00DF); patterns in which that could matter are
 * refused, and no tokenizer's file is known to have one.
 */
final class CaseFolding {
    // Beyond it no character has an upper and a lower case.
    private static final int CASED_END = 0x20000;

    private final List<String> expansions = new ArrayList<>();

    CaseFolding() {
        addExpansions(0xdf, 0x590);
        addExpansions(0x1e90, 0x2000);
        addExpansions(0xfb00, 0xfb20);
    }

    private void addExpansions(int from, int to) {
        for (int c = from; c < to; c++) {
            if (expands(c)) {
                expansions.add(full(c));
            }
        }
    }

    /** The set with all that differ from a member only in case. */
    CodePointSet close(CodePointSet set) {
        BitSet folded = new BitSet(CASED_END);
        for (int range = 0; range < set.rangeCount(); range++) {
            int end = Math.min(set.rangeEnd(range), CASED_END);
            for (int c = set.rangeStart(range); c < end; c++) {
                folded.set(simple(c));
            }
        }
        return set.union(CodePointSet.where(c -> c < CASED_END && folded.get(simple(c))));
    }

    /** Refuses a character that folds to several. */
    static void check(int codePoint) {
        if (expands(codePoint)) {
            throw new PatternException("'" + Character.toString(codePoint)
                    + "' under (?i) also matches several characters, which is not supported");
        }
    }

    /** Refuses a string that a single character folds to. */
    void check(String literal) {
        String folded = literal.codePoints()
                .map(CaseFolding::simple)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        for (String expansion : expansions) {
            if (folded.contains(expansion)) {
                throw new PatternException(
                        "'" + expansion + "' under (?i) also matches a single character, which is not supported");
            }
        }
    }

    private static int simple(int c) {
        // The dotted capital and the dotless small i fold to themselves outside Turkish.
        return c == 0x130 || c == 0x131 ? c : Character.toLowerCase(Character.toUpperCase(c));
    }

    private static boolean expands(int c) {
        return c == 0x130 || full(c).codePointCount(0, full(c).length()) > 1;
    }

    private static String full(int c) {
        return Character.toString(c).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
