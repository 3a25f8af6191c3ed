package org.tenon.tokenizers.regex;

import java.util.Arrays;

/**
 * A {@link CodePointSet} made ready for matching: two array reads per question. A page holds 256 code points; all empty pages
 * are one, and so are all full ones.
 */
final class Membership {
    private static final int PAGE_LONGS = 4;
    private static final short EMPTY = 0;
    private static final short FULL = 1;

    private final short[] pages = new short[CodePointSet.LIMIT >>> 8];
    private long[] bits = new long[8 * PAGE_LONGS];
    private int pageCount = 2;

    Membership(CodePointSet set) {
        Arrays.fill(bits, FULL * PAGE_LONGS, (FULL + 1) * PAGE_LONGS, -1L);
        for (int range = 0; range < set.rangeCount(); range++) {
            int from = set.rangeStart(range);
            int end = set.rangeEnd(range);
            while (from < end) {
                int pageEnd = Math.min((from | 0xff) + 1, end);
                if (pageEnd - from == 256) {
                    pages[from >>> 8] = FULL;
                } else {
                    add(from, pageEnd);
                }
                from = pageEnd;
            }
        }
        bits = Arrays.copyOf(bits, pageCount * PAGE_LONGS);
    }

    /** Adds a range within a page. */
    private void add(int from, int end) {
        int page = from >>> 8;
        if (pages[page] == EMPTY) {
            if ((pageCount + 1) * PAGE_LONGS > bits.length) {
                bits = Arrays.copyOf(bits, bits.length * 2);
            }
            pages[page] = (short) pageCount++;
        }
        for (int c = from; c < end; c++) {
            bits[word(c)] |= 1L << c;
        }
    }

    boolean contains(int codePoint) {
        return (bits[word(codePoint)] >>> codePoint & 1) != 0;
    }

    private int word(int codePoint) {
        return pages[codePoint >>> 8] * PAGE_LONGS + (codePoint >>> 6 & 3);
    }
}
