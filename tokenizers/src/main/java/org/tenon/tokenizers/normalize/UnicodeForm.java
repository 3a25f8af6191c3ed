package org.tenon.tokenizers.normalize;

import java.util.Arrays;

/**
 * The normalisation forms of Unicode Standard Annex #15, with the count of characters that each change takes away as the crate
 * unicode-normalization-alignments 0.1 gives it, since the reference's offsets come from these counts.
 */
public enum UnicodeForm {
    /** Canonical decomposition, then composition. */
    NFC(false, true),
    /** Canonical decomposition. */
    NFD(false, false),
    /** Compatibility decomposition, then composition. */
    NFKC(true, true),
    /** Compatibility decomposition. */
    NFKD(true, false);

    private static final int S_BASE = 0xac00;
    private static final int L_BASE = 0x1100;
    private static final int V_BASE = 0x1161;
    private static final int T_BASE = 0x11a7;
    private static final int L_COUNT = 19;
    private static final int V_COUNT = 21;
    private static final int T_COUNT = 28;
    private static final int S_COUNT = L_COUNT * V_COUNT * T_COUNT;

    private final boolean compatible;
    private final boolean composed;

    UnicodeForm(boolean compatible, boolean composed) {
        this.compatible = compatible;
        this.composed = composed;
    }

    /**
     * Normalises a text.
     *
     * @param text the text
     * @return the text in this form, or the same one where it plainly has it
     */
    AlignedText apply(AlignedText text) {
        // Nothing below U+0300 combines, and nothing below U+00A0 decomposes, nor below U+00C0 canonically.
        int plain = composed && !compatible ? 0x300 : compatible ? 0xa0 : 0xc0;
        int i = text.from();
        while (i < text.to() && text.chars()[i] < plain) {
            i++;
        }
        if (i == text.to()) {
            return text;
        }
        Buffer buffer = new Buffer(text.to() - text.from() + 16);
        decompose(text, buffer);
        AlignedText.Rewrite rewrite = new AlignedText.Rewrite(text);
        if (composed) {
            compose(buffer, rewrite);
        } else {
            buffer.writeTo(rewrite, 0, buffer.size);
        }
        return rewrite.done();
    }

    private void decompose(AlignedText text, Buffer buffer) {
        UnicodeTables tables = UnicodeTables.tables();
        int sorted = 0;
        for (int i = text.from(); i < text.to(); ) {
            int c = text.codePoint(i);
            int first = buffer.size;
            decompose(tables, c, buffer);
            for (int j = first; j < buffer.size; j++) {
                buffer.changes[j] = j == first ? 0 : 1;
                if (buffer.classes[j] == 0) {
                    buffer.sort(sorted, j);
                    sorted = j;
                }
            }
            i += Character.charCount(c);
        }
        buffer.sort(sorted, buffer.size);
    }

    private void decompose(UnicodeTables tables, int c, Buffer buffer) {
        int syllable = c - S_BASE;
        if (syllable >= 0 && syllable < S_COUNT) {
            buffer.add(L_BASE + syllable / (V_COUNT * T_COUNT), 0);
            buffer.add(V_BASE + syllable % (V_COUNT * T_COUNT) / T_COUNT, 0);
            if (syllable % T_COUNT > 0) {
                buffer.add(T_BASE + syllable % T_COUNT, 0);
            }
            return;
        }
        int[] parts = compatible ? tables.compatible(c) : new int[0];
        if (parts.length > 0) {
            for (int part : parts) {
                buffer.add(part, tables.combiningClass(part));
            }
            return;
        }
        parts = tables.canonical(c);
        if (parts.length == 0) {
            buffer.add(c, tables.combiningClass(c));
        } else {
            decompose(tables, parts[0], buffer);
            for (int i = 1; i < parts.length; i++) {
                buffer.add(parts[i], tables.combiningClass(parts[i]));
            }
        }
    }

    /** The crate's Recompositions: marks that find no partner wait behind their starter. */
    private static void compose(Buffer buffer, AlignedText.Rewrite rewrite) {
        UnicodeTables tables = UnicodeTables.tables();
        Buffer waiting = new Buffer(16);
        int starter = -1;
        int starterChange = 0;
        for (int i = 0; i < buffer.size; i++) {
            int c = buffer.codePoints[i];
            int combining = buffer.classes[i];
            int change = buffer.changes[i];
            if (starter < 0) {
                if (combining == 0) {
                    starter = c;
                    starterChange = change;
                } else {
                    write(rewrite, c, change);
                }
                continue;
            }
            boolean blocked = waiting.size > 0 && waiting.classes[waiting.size - 1] >= combining;
            int composite = blocked ? -1 : compose(tables, starter, c);
            if (composite >= 0) {
                starter = composite;
                starterChange += change - 1;
            } else if (combining == 0) {
                write(rewrite, starter, starterChange);
                waiting.writeTo(rewrite, 0, waiting.size);
                waiting.size = 0;
                starter = c;
                starterChange = change;
            } else {
                waiting.add(c, combining);
                waiting.changes[waiting.size - 1] = change;
            }
        }
        if (starter >= 0) {
            write(rewrite, starter, starterChange);
        }
        waiting.writeTo(rewrite, 0, waiting.size);
    }

    private static int compose(UnicodeTables tables, int a, int b) {
        if (a >= L_BASE && a < L_BASE + L_COUNT && b >= V_BASE && b < V_BASE + V_COUNT) {
            return S_BASE + ((a - L_BASE) * V_COUNT + b - V_BASE) * T_COUNT;
        }
        boolean open = a >= S_BASE && a < S_BASE + S_COUNT && (a - S_BASE) % T_COUNT == 0;
        return open && b > T_BASE && b < T_BASE + T_COUNT ? a + b - T_BASE : tables.compose(a, b);
    }

    private static void write(AlignedText.Rewrite rewrite, int codePoint, int change) {
        if (change > 0) {
            rewrite.insert(codePoint);
        } else {
            rewrite.replace(codePoint, -change);
        }
    }

    /** Code points with their combining classes and their changes: 1 for a new one, 0 for one in the place of another. */
    private static final class Buffer {
        private int[] codePoints;
        private int[] classes;
        private int[] changes;
        private int size;

        Buffer(int capacity) {
            codePoints = new int[capacity];
            classes = new int[capacity];
            changes = new int[capacity];
        }

        void add(int codePoint, int combiningClass) {
            if (size == codePoints.length) {
                codePoints = Arrays.copyOf(codePoints, size * 2);
                classes = Arrays.copyOf(classes, size * 2);
                changes = Arrays.copyOf(changes, size * 2);
            }
            codePoints[size] = codePoint;
            classes[size] = combiningClass;
            size++;
        }

        /** Orders a run by class, leaving equal ones as they stand; counted, so that a million marks cost no more than a few. */
        void sort(int first, int end) {
            int i = first + 1;
            while (i < end && classes[i - 1] <= classes[i]) {
                i++;
            }
            if (i >= end) {
                return;
            }
            int[] places = new int[257];
            for (int j = first; j < end; j++) {
                places[classes[j] + 1]++;
            }
            for (int c = 1; c < places.length; c++) {
                places[c] += places[c - 1];
            }
            Buffer sorted = new Buffer(end - first);
            for (int j = first; j < end; j++) {
                int place = places[classes[j]]++;
                sorted.codePoints[place] = codePoints[j];
                sorted.classes[place] = classes[j];
                sorted.changes[place] = changes[j];
            }
            System.arraycopy(sorted.codePoints, 0, codePoints, first, end - first);
            System.arraycopy(sorted.classes, 0, classes, first, end - first);
            System.arraycopy(sorted.changes, 0, changes, first, end - first);
        }

        void writeTo(AlignedText.Rewrite rewrite, int first, int end) {
            for (int i = first; i < end; i++) {
                write(rewrite, codePoints[i], changes[i]);
            }
        }
    }
}
