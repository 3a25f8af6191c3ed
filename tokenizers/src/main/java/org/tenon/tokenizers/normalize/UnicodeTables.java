package org.tenon.tokenizers.normalize;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How characters combine, decompose and compose. The tables are those of Unicode 9, which is what the reference uses; Java's
 * own {@link java.text.Normalizer} knows later characters and keeps no offsets.
 */
final class UnicodeTables {
    private static final int[] NONE = {};
    private static final int PAGE = 256;

    // code point >>> 8 to pages of 256 entries; pages without entries stay empty
    private final byte[][] classes = new byte[(Character.MAX_CODE_POINT + 1) / PAGE][];
    private final int[][][] canonical = new int[(Character.MAX_CODE_POINT + 1) / PAGE][][];
    private final int[][][] compatible = new int[(Character.MAX_CODE_POINT + 1) / PAGE][][];
    private final Map<Long, Integer> compositions = new HashMap<>();

    private UnicodeTables() {
        try (InputStream resource =
                        Objects.requireNonNull(UnicodeTables.class.getResourceAsStream("normalization.txt"));
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    read(line.split(" "));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(String[] fields) {
        int codePoint = Integer.parseInt(fields[1], 16);
        if (fields[0].equals("c")) {
            int last = Integer.parseInt(fields[2], 16);
            for (int c = codePoint; c <= last; c++) {
                if (classes[c / PAGE] == null) {
                    classes[c / PAGE] = new byte[PAGE];
                }
                classes[c / PAGE][c % PAGE] = (byte) Integer.parseInt(fields[3]);
            }
            return;
        }
        int[] parts = new int[fields.length - 2];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Integer.parseInt(fields[i + 2], 16);
        }
        int[][][] table = fields[0].equals("~") ? compatible : canonical;
        if (table[codePoint / PAGE] == null) {
            table[codePoint / PAGE] = new int[PAGE][];
        }
        table[codePoint / PAGE][codePoint % PAGE] = parts;
        if (fields[0].equals("+")) {
            compositions.put(pair(parts[0], parts[1]), codePoint);
        }
    }

    static UnicodeTables tables() {
        return Holder.TABLES;
    }

    /** The canonical combining class; 0 for a character that doesn't combine. */
    int combiningClass(int codePoint) {
        byte[] page = classes[codePoint / PAGE];
        return page == null ? 0 : page[codePoint % PAGE] & 0xff;
    }

    /** What a character decomposes to, one step; empty for itself. The first part may decompose further. */
    int[] canonical(int codePoint) {
        return in(canonical, codePoint);
    }

    /** What a character decomposes to for compatibility, all the way; empty where only {@link #canonical} says something. */
    int[] compatible(int codePoint) {
        return in(compatible, codePoint);
    }

    /** The character that two compose to, or -1. */
    int compose(int a, int b) {
        return compositions.getOrDefault(pair(a, b), -1);
    }

    private static int[] in(int[][][] table, int codePoint) {
        int[][] page = table[codePoint / PAGE];
        return page == null || page[codePoint % PAGE] == null ? NONE : page[codePoint % PAGE];
    }

    private static long pair(int a, int b) {
        return (long) a << 32 | b;
    }

    private static final class Holder {
        private static final UnicodeTables TABLES = new UnicodeTables();
    }
}
