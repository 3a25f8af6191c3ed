package org.tenon.tokenizers.normalize;

import java.util.Arrays;

/**
 * A part of a text, perhaps normalised, that knows for each of its chars which part of the original text it stands for. Both
 * halves of a surrogate pair stand for the same. Immutable; the array isn't copied.
 */
public final class AlignedText {
    private final char[] chars;
    private final int from;
    private final int to;
    private final int origin;
    // per char from index 0 of the array; empty where each char stands for itself
    private final int[] starts;
    private final int[] ends;

    private AlignedText(char[] chars, int from, int to, int origin, int[] starts, int[] ends) {
        this.chars = chars;
        this.from = from;
        this.to = to;
        this.origin = origin;
        this.starts = starts;
        this.ends = ends;
    }

    /**
     * A part of the original text itself.
     *
     * @param chars the original text, without surrogates that lack their partner
     * @param from where the part starts
     * @param to where it ends, exclusive
     * @return the part
     */
    public static AlignedText original(char[] chars, int from, int to) {
        return new AlignedText(chars, from, to, from, new int[0], new int[0]);
    }

    /**
     * A part of this text.
     *
     * @param partFrom where the part starts
     * @param partTo where it ends, exclusive
     * @return the part, whose indices are those of this text
     */
    public AlignedText slice(int partFrom, int partTo) {
        return new AlignedText(chars, partFrom, partTo, partTo > partFrom ? start(partFrom) : origin, starts, ends);
    }

    /**
     * The chars, of which those from {@link #from} to {@link #to} are meant.
     *
     * @return the array itself, which nobody changes
     */
    public char[] chars() {
        return chars;
    }

    /**
     * The index of the first char.
     *
     * @return the index
     */
    public int from() {
        return from;
    }

    /**
     * The index after the last char.
     *
     * @return the index
     */
    public int to() {
        return to;
    }

    /**
     * Where the original of a char starts.
     *
     * @param index the char's index
     * @return the offset in the original text
     */
    public int start(int index) {
        if (starts.length > 0) {
            return starts[index];
        }
        return index > from && Character.isLowSurrogate(chars[index]) ? index - 1 : index;
    }

    /**
     * Where the original of a char ends.
     *
     * @param index the char's index
     * @return the offset in the original text, exclusive
     */
    public int end(int index) {
        if (ends.length > 0) {
            return ends[index];
        }
        return Character.isHighSurrogate(chars[index]) ? index + 2 : index + 1;
    }

    int codePoint(int index) {
        return Character.codePointAt(chars, index, to);
    }

    /**
     * Makes a new text out of this one, code point by code point, by the rule of the reference's {@code NormalizedString}: each
     * one put stands for the one that it replaces, or, being new, for what stands before it.
     */
    public static final class Rewrite {
        private final AlignedText source;
        private char[] chars;
        private int[] starts;
        private int[] ends;
        private int size;
        private int read;

        /**
         * A rewrite at the start of a text.
         *
         * @param source the text
         */
        public Rewrite(AlignedText source) {
            this.source = source;
            this.read = source.from;
            int capacity = source.to - source.from + 16;
            this.chars = new char[capacity];
            this.starts = new int[capacity];
            this.ends = new int[capacity];
        }

        /**
         * Puts a code point in the place of the next one and of some that follow it.
         *
         * @param codePoint what is put
         * @param dropped how many that follow are left out
         */
        public void replace(int codePoint, int dropped) {
            put(codePoint, source.start(read), source.end(read));
            skip(dropped + 1);
        }

        /**
         * Puts a new code point, which stands for the one before it.
         *
         * @param codePoint what is put
         */
        public void insert(int codePoint) {
            if (read > source.from) {
                put(codePoint, source.start(read - 1), source.end(read - 1));
            } else {
                put(codePoint, source.origin, source.origin);
            }
        }

        /**
         * Leaves some code points out.
         *
         * @param count how many
         */
        public void skip(int count) {
            for (int i = 0; i < count; i++) {
                read += Character.charCount(source.codePoint(read));
            }
        }

        /**
         * Leaves out what lies before an index.
         *
         * @param index an index of the source
         */
        public void skipTo(int index) {
            read = Math.max(read, index);
        }

        /**
         * Keeps what lies before an index.
         *
         * @param index an index of the source
         */
        public void copyTo(int index) {
            while (read < index) {
                replace(source.codePoint(read), 0);
            }
        }

        /**
         * How much has been written.
         *
         * @return the number of chars
         */
        public int size() {
            return size;
        }

        /**
         * What has been written.
         *
         * @return the new text
         */
        public AlignedText done() {
            int[] trimmed = Arrays.copyOf(starts, Math.max(size, 1));
            return new AlignedText(chars, 0, size, source.origin, trimmed, ends);
        }

        private void put(int codePoint, int start, int end) {
            if (size + 2 > chars.length) {
                int capacity = chars.length * 2;
                chars = Arrays.copyOf(chars, capacity);
                starts = Arrays.copyOf(starts, capacity);
                ends = Arrays.copyOf(ends, capacity);
            }
            int length = Character.toChars(codePoint, chars, size);
            Arrays.fill(starts, size, size + length, start);
            Arrays.fill(ends, size, size + length, end);
            size += length;
        }
    }
}
