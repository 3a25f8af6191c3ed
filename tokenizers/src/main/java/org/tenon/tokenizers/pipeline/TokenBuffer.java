package org.tenon.tokenizers.pipeline;

import java.util.Arrays;
import org.tenon.api.text.Encoding;
import org.tenon.tokenizers.added.AddedTokens;
import org.tenon.tokenizers.bpe.ByteAlphabet;
import org.tenon.tokenizers.bpe.Word;
import org.tenon.tokenizers.normalize.AlignedText;

/** The tokens of a text while it is being encoded. For one thread at a time. */
public final class TokenBuffer {
    // how many spaces a token begins and ends with is looked up in the vocabulary
    private static final int BY_VOCABULARY = -1;

    private int[] ids = new int[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int[] leading = new int[64];
    private int[] trailing = new int[64];
    private int size;

    /** An empty buffer. */
    public TokenBuffer() {}

    /**
     * Adds the tokens of a piece.
     *
     * @param word the tokens
     * @param text the text that the piece is of
     * @param at where the piece starts in the text
     */
    public void add(Word word, AlignedText text, int at) {
        int count = word.size();
        grow(size + count);
        for (int i = 0; i < count; i++) {
            put(
                    word.id(i),
                    text.start(at + word.start(i)),
                    text.end(at + word.end(i) - 1),
                    BY_VOCABULARY,
                    BY_VOCABULARY);
        }
    }

    /**
     * Adds a token that was found in a text.
     *
     * @param found the token
     * @param text the text
     */
    public void add(AddedTokens.Found found, AlignedText text) {
        char[] chars = text.chars();
        int first = found.start();
        while (first < found.end() && isSpace(chars[first])) {
            first++;
        }
        int last = found.end();
        while (last > found.start() && isSpace(chars[last - 1])) {
            last--;
        }
        grow(size + 1);
        put(
                found.token().id(),
                text.start(found.start()),
                text.end(found.end() - 1),
                first - found.start(),
                found.end() - last);
    }

    /**
     * Adds a token that stands for nothing in the text.
     *
     * @param id its id
     */
    public void add(int id) {
        grow(size + 1);
        put(id, 0, 0, BY_VOCABULARY, BY_VOCABULARY);
    }

    /**
     * Adds all tokens of another buffer.
     *
     * @param other the buffer
     */
    public void add(TokenBuffer other) {
        grow(size + other.size);
        for (int i = 0; i < other.size; i++) {
            put(other.ids[i], other.starts[i], other.ends[i], other.leading[i], other.trailing[i]);
        }
    }

    /**
     * The tokens.
     *
     * @return an encoding of them
     */
    public Encoding encoding() {
        return new Encoding(Arrays.copyOf(ids, size), Arrays.copyOf(starts, size), Arrays.copyOf(ends, size));
    }

    static boolean isSpace(char c) {
        return c == ByteAlphabet.SPACE || AddedTokens.isSpace(c);
    }

    int size() {
        return size;
    }

    int id(int index) {
        return ids[index];
    }

    int start(int index) {
        return starts[index];
    }

    int end(int index) {
        return ends[index];
    }

    void move(int index, int start, int end) {
        starts[index] = start;
        ends[index] = end;
    }

    /** How many spaces a token begins with, where it wasn't made by the model; otherwise negative. */
    int leadingSpaces(int index) {
        return leading[index];
    }

    /** How many spaces a token ends with, where it wasn't made by the model; otherwise negative. */
    int trailingSpaces(int index) {
        return trailing[index];
    }

    private void grow(int needed) {
        if (needed > ids.length) {
            int capacity = Math.max(needed, ids.length * 2);
            ids = Arrays.copyOf(ids, capacity);
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
            leading = Arrays.copyOf(leading, capacity);
            trailing = Arrays.copyOf(trailing, capacity);
        }
    }

    private void put(int id, int start, int end, int spacesBefore, int spacesAfter) {
        ids[size] = id;
        starts[size] = start;
        ends[size] = end;
        leading[size] = spacesBefore;
        trailing[size] = spacesAfter;
        size++;
    }
}
