package org.tenon.tokenizers.bpe;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Encodes pieces. The symbols of a piece, bytes at first, form a linked list; the pairs that can merge wait in a queue ordered
 * by rank and then by place, so that n bytes take O(n log n) steps. Holds memory for its work: for one thread at a time.
 */
public final class WordEncoder {
    private static final int NONE = -1;

    private final BytePairModel model;
    private final Merges merges;
    private final MergeQueue queue = new MergeQueue();
    private byte[] bytes = new byte[64];
    private int[] symbols = new int[64];
    // how many bytes a symbol covers; 0 for one that was merged into its left neighbour
    private int[] lengths = new int[64];
    private int[] previous = new int[64];
    private int[] next = new int[64];
    private int size;

    WordEncoder(BytePairModel model) {
        this.model = model;
        this.merges = model.merges();
    }

    /**
     * Encodes a piece.
     *
     * @param text a text without surrogates that lack their partner
     * @param from where the piece starts
     * @param to where it ends, exclusive
     * @return the tokens
     */
    public Word encode(char[] text, int from, int to) {
        Word known = model.cache().get(text, from, to);
        if (known != null) {
            return known;
        }
        char[] chars = Arrays.copyOfRange(text, from, to);
        int byteCount = utf8(chars);
        Word word = encode(chars, byteCount);
        model.cache().put(word);
        return word;
    }

    private Word encode(char[] chars, int byteCount) {
        if (model.ignoreMerges()) {
            OptionalInt whole = model.vocabulary().id(spelling(byteCount));
            if (whole.isPresent()) {
                return new Word(chars, new int[] {whole.getAsInt()}, new int[] {0}, new int[] {chars.length});
            }
        }
        addSymbols(byteCount);
        merge();
        return word(chars);
    }

    /** The piece's bytes as the vocabulary spells them. */
    private String spelling(int byteCount) {
        char[] spelling = new char[byteCount];
        for (int i = 0; i < byteCount; i++) {
            spelling[i] = ByteAlphabet.character(bytes[i] & 0xff);
        }
        return new String(spelling);
    }

    private int utf8(char[] chars) {
        if (bytes.length < 3 * (long) chars.length) {
            bytes = new byte[Math.toIntExact(3L * chars.length)];
        }
        int count = 0;
        for (int i = 0; i < chars.length; i++) {
            int c = chars[i];
            if (c < 0x80) {
                bytes[count++] = (byte) c;
            } else if (c < 0x800) {
                bytes[count++] = (byte) (0xc0 | (c >> 6));
                bytes[count++] = (byte) (0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate((char) c)) {
                c = Character.toCodePoint((char) c, chars[++i]);
                bytes[count++] = (byte) (0xf0 | (c >> 18));
                bytes[count++] = (byte) (0x80 | ((c >> 12) & 0x3f));
                bytes[count++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                bytes[count++] = (byte) (0x80 | (c & 0x3f));
            } else {
                bytes[count++] = (byte) (0xe0 | (c >> 12));
                bytes[count++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                bytes[count++] = (byte) (0x80 | (c & 0x3f));
            }
        }
        return count;
    }

    private void addSymbols(int byteCount) {
        if (symbols.length < byteCount) {
            symbols = new int[byteCount];
            lengths = new int[byteCount];
            previous = new int[byteCount];
            next = new int[byteCount];
        }
        size = 0;
        boolean afterUnknown = false;
        for (int i = 0; i < byteCount; i++) {
            int id = model.byteId(bytes[i] & 0xff);
            if (id != NONE) {
                addSymbol(id);
                afterUnknown = false;
            } else if (model.unknown() != NONE) {
                if (afterUnknown && model.fuseUnknown()) {
                    lengths[size - 1]++;
                } else {
                    addSymbol(model.unknown());
                }
                afterUnknown = true;
            }
        }
        if (size > 0) {
            next[size - 1] = NONE;
        }
    }

    private void addSymbol(int id) {
        symbols[size] = id;
        lengths[size] = 1;
        previous[size] = size - 1;
        next[size] = size + 1;
        size++;
    }

    private void merge() {
        queue.clear(size);
        for (int i = 0; i + 1 < size; i++) {
            offer(i, i + 1);
        }
        while (!queue.isEmpty()) {
            long top = queue.poll();
            int left = MergeQueue.place(top);
            int right = lengths[left] == 0 ? NONE : next[left];
            if (right == NONE) {
                continue;
            }
            // The entry may be older than a merge of one of the two.
            int rank = merges.rank(symbols[left], symbols[right]);
            int result = merges.result(MergeQueue.rank(top));
            if (rank == NONE || merges.result(rank) != result) {
                continue;
            }
            symbols[left] = result;
            lengths[left] += lengths[right];
            lengths[right] = 0;
            next[left] = next[right];
            if (next[left] != NONE) {
                previous[next[left]] = left;
                offer(left, next[left]);
            }
            if (previous[left] != NONE) {
                offer(previous[left], left);
            }
        }
    }

    private void offer(int left, int right) {
        int rank = merges.rank(symbols[left], symbols[right]);
        if (rank != NONE) {
            queue.add(rank, left);
        }
    }

    /** From bytes to chars: a token that starts or ends inside a character covers all of it. */
    private Word word(char[] chars) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += lengths[i] > 0 ? 1 : 0;
        }
        int[] ids = new int[count];
        int[] starts = new int[count];
        int[] ends = new int[count];
        int token = 0;
        int charStart = 0;
        int charBytes = 0; // how many bytes the chars before charStart have
        int position = 0;
        for (int i = 0; i < size; i++) {
            if (lengths[i] == 0) {
                continue;
            }
            while (charBytes + utf8Length(chars[charStart]) <= position) {
                charBytes += utf8Length(chars[charStart]);
                charStart += charLength(chars[charStart]);
            }
            ids[token] = symbols[i];
            starts[token] = charStart;
            position += lengths[i];
            int charEnd = charStart;
            int endBytes = charBytes;
            while (endBytes < position) {
                endBytes += utf8Length(chars[charEnd]);
                charEnd += charLength(chars[charEnd]);
            }
            ends[token++] = charEnd;
            if (endBytes == position) {
                charStart = charEnd;
                charBytes = endBytes;
            }
        }
        return new Word(chars, ids, starts, ends);
    }

    private static int utf8Length(char c) {
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 ? 2 : Character.isHighSurrogate(c) ? 4 : 3;
    }

    private static int charLength(char c) {
        return Character.isHighSurrogate(c) ? 2 : 1;
    }
}
