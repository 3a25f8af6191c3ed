package org.tenon.tokenizers.bpe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The words that came last, a bounded number of them: a word has one place, and the next with the same hash takes it. Threads
 * read and write without locks; a word is immutable, so that the worst they see of each other is a word that isn't there yet.
 */
final class WordCache {
    private static final int SIZE = 1 << 14;
    private static final int LONGEST = 64;

    private final @Nullable Word[] words = new Word[SIZE];

    @Nullable Word get(char[] text, int from, int to) {
        if (to - from > LONGEST) {
            return null;
        }
        Word word = words[place(text, from, to)];
        return word != null && Arrays.equals(word.chars(), 0, word.chars().length, text, from, to) ? word : null;
    }

    void put(Word word) {
        if (word.chars().length <= LONGEST) {
            words[place(word.chars(), 0, word.chars().length)] = word;
        }
    }

    private static int place(char[] text, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text[i];
        }
        return (hash ^ hash >>> 14 ^ hash >>> 28) & (SIZE - 1);
    }
}
