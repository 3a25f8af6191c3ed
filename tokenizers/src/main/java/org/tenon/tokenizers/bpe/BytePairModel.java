package org.tenon.tokenizers.bpe;

import java.util.OptionalInt;

/** A byte-level BPE model: what turns the pieces of a text into tokens. Immutable and safe for use by many threads. */
public final class BytePairModel {
    private static final int NONE = -1;

    private final Vocabulary vocabulary;
    private final Merges merges;
    private final int[] byteIds = new int[256];
    private final int unknown;
    private final boolean fuseUnknown;
    private final boolean ignoreMerges;
    private final WordCache cache = new WordCache();

    /**
     * A model.
     *
     * @param vocabulary the tokens
     * @param merges the merges
     * @param unknown the token for bytes that the vocabulary lacks; without it they are left out
     * @param fuseUnknown whether unknown bytes in a row become one token
     * @param ignoreMerges whether a piece that is a token as it stands becomes that token
     */
    public BytePairModel(
            Vocabulary vocabulary, Merges merges, OptionalInt unknown, boolean fuseUnknown, boolean ignoreMerges) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.unknown = unknown.orElse(NONE);
        this.fuseUnknown = fuseUnknown;
        this.ignoreMerges = ignoreMerges;
        for (int b = 0; b < 256; b++) {
            byteIds[b] =
                    vocabulary.id(Character.toString(ByteAlphabet.character(b))).orElse(NONE);
        }
    }

    /**
     * The tokens.
     *
     * @return the vocabulary, without added tokens
     */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * An encoder.
     *
     * @return a new one, for one thread at a time
     */
    public WordEncoder encoder() {
        return new WordEncoder(this);
    }

    Merges merges() {
        return merges;
    }

    WordCache cache() {
        return cache;
    }

    /** The token of a byte, or -1. */
    int byteId(int b) {
        return byteIds[b];
    }

    /** The token for unknown bytes, or -1. */
    int unknown() {
        return unknown;
    }

    boolean fuseUnknown() {
        return fuseUnknown;
    }

    boolean ignoreMerges() {
        return ignoreMerges;
    }
}
