package org.tenon.tokenizers.bpe;

/** A piece of text as tokens. Immutable. */
public final class Word {
    private final char[] chars;
    private final int[] ids;
    private final int[] starts;
    private final int[] ends;

    /** The tokens of a piece; the arrays aren't copied. */
    Word(char[] chars, int[] ids, int[] starts, int[] ends) {
        this.chars = chars;
        this.ids = ids;
        this.starts = starts;
        this.ends = ends;
    }

    /** The piece, not copied. */
    char[] chars() {
        return chars;
    }

    /**
     * The number of tokens.
     *
     * @return the number
     */
    public int size() {
        return ids.length;
    }

    /**
     * The id of a token.
     *
     * @param index its place
     * @return the id
     */
    public int id(int index) {
        return ids[index];
    }

    /**
     * The first char that a token covers: where it covers a part of a character, the first of the whole character.
     *
     * @param index its place
     * @return the index in the piece
     */
    public int start(int index) {
        return starts[index];
    }

    /**
     * The char after the last that a token covers.
     *
     * @param index its place
     * @return the index in the piece
     */
    public int end(int index) {
        return ends[index];
    }
}
