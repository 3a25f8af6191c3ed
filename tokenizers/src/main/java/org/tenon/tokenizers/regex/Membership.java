package org.tenon.tokenizers.regex;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A {@link CodePointSet} made ready for matching: two array reads per question. Pages of 256 code points, equal ones shared. */
final class Membership {
    private static final int PAGE_LONGS = 4;

    private final short[] pages;
    private final long[] bits;

    Membership(CodePointSet set) {
        long[] page = new long[PAGE_LONGS];
        Map<PageKey, Short> known = new HashMap<>();
        pages = new short[CodePointSet.LIMIT >>> 8];
        long[] pool = new long[4 * PAGE_LONGS];
        int range = 0;
        for (int p = 0; p < pages.length; p++) {
            int first = p << 8;
            int end = first + 256;
            Arrays.fill(page, 0);
            while (range < set.rangeCount() && set.rangeStart(range) < end) {
                int from = Math.max(first, set.rangeStart(range));
                int to = Math.min(end, set.rangeEnd(range));
                for (int c = from; c < to; c++) {
                    page[(c >>> 6) & 3] |= 1L << c;
                }
                if (set.rangeEnd(range) > end) {
                    break;
                }
                range++;
            }
            PageKey key = new PageKey(page[0], page[1], page[2], page[3]);
            Short index = known.get(key);
            if (index == null) {
                index = (short) known.size();
                if ((index + 1) * PAGE_LONGS > pool.length) {
                    pool = Arrays.copyOf(pool, pool.length * 2);
                }
                System.arraycopy(page, 0, pool, index * PAGE_LONGS, PAGE_LONGS);
                known.put(key, index);
            }
            pages[p] = index;
        }
        bits = Arrays.copyOf(pool, known.size() * PAGE_LONGS);
    }

    boolean contains(int codePoint) {
        int word = (pages[codePoint >>> 8] << 2) + ((codePoint >>> 6) & 3);
        return (bits[word] >>> codePoint & 1) != 0;
    }

    private record PageKey(long a, long b, long c, long d) {}
}
