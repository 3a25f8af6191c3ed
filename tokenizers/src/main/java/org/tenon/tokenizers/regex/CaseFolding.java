package org.tenon.tokenizers.regex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code (?i:...)} adds to a class: every code point with the same simple case folding, so that {@code s} matches U+017F
 * and {@code k} matches U+212A. Some characters fold to several ("ss" matches U+00DF); patterns in which that could matter are
 * refused, and no tokenizer's file is known to have one.
 */
final class CaseFolding {
    // Beyond it no character has an upper and a lower case.
    private static final int CASED_END = 0x20000;

    private final List<String> expansions = new ArrayList<>();
    // all code points that fold to the key, where there are several
    private final Map<Integer, CodePointSet> variants = new HashMap<>();

    CaseFolding() {
        for (int c = 0; c < CASED_END; c++) {
            int folded = simple(c);
            if (folded != c) {
                CodePointSet known = variants.getOrDefault(folded, CodePointSet.of(folded));
                variants.put(folded, known.union(CodePointSet.of(c)));
            }
        }
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

    /** A code point with all that differ from it only in case. */
    CodePointSet close(int codePoint) {
        return variants.getOrDefault(simple(codePoint), CodePointSet.of(codePoint));
    }

    /** The set with all that differ from a member only in case. */
    CodePointSet close(CodePointSet set) {
        CodePointSet closed = set;
        for (CodePointSet variant : variants.values()) {
            int members = 0;
            int contained = 0;
            for (int range = 0; range < variant.rangeCount(); range++) {
                for (int c = variant.rangeStart(range); c < variant.rangeEnd(range); c++) {
                    members++;
                    contained += set.contains(c) ? 1 : 0;
                }
            }
            if (contained > 0 && contained < members) {
                closed = closed.union(variant);
            }
        }
        return closed;
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
