package org.tenon.api.text;

import java.util.Arrays;
import java.util.Objects;

/**
 * A text as tokens. The text of token {@code i} is {@code text.substring(start(i), end(i))}, counted in UTF-16 code units as
 * {@link String} counts.
 *
 * <p>A token that covers a part of a character (some of the bytes of its UTF-8 form) has the offsets of the whole character,
 * so neighbouring tokens may overlap. A character that normalisation made of several has the offsets of the first of them. A
 * token that stands for nothing in the text, such as one added in front, is at 0 to 0. Immutable.
 */
public final class Encoding {
    private final int[] ids;
    private final int[] starts;
    private final int[] ends;

    /**
     * An encoding of the given arrays, which are copied.
     *
     * @param ids the token ids
     * @param starts where each token starts in the text
     * @param ends where each token ends in the text, exclusive
     * @throws IllegalArgumentException if the lengths differ
     */
    public Encoding(int[] ids, int[] starts, int[] ends) {
        if (ids.length != starts.length || ids.length != ends.length) {
            throw new IllegalArgumentException("an encoding of %d ids has %d starts and %d ends"
                    .formatted(ids.length, starts.length, ends.length));
        }
        this.ids = ids.clone();
        this.starts = starts.clone();
        this.ends = ends.clone();
    }

    /**
     * The number of tokens.
     *
     * @return the number, at least 0
     */
    public int size() {
        return ids.length;
    }

    /**
     * The ids of all tokens.
     *
     * @return a new array
     */
    public int[] ids() {
        return ids.clone();
    }

    /**
     * The id of one token.
     *
     * @param index the token's place
     * @return its id
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public int id(int index) {
        return ids[Objects.checkIndex(index, ids.length)];
    }

    /**
     * Where a token starts in the text.
     *
     * @param index the token's place
     * @return the offset in UTF-16 code units
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public int start(int index) {
        return starts[Objects.checkIndex(index, starts.length)];
    }

    /**
     * Where a token ends in the text.
     *
     * @param index the token's place
     * @return the offset in UTF-16 code units, exclusive
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public int end(int index) {
        return ends[Objects.checkIndex(index, ends.length)];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Encoding that
                && Arrays.equals(ids, that.ids)
                && Arrays.equals(starts, that.starts)
                && Arrays.equals(ends, that.ends);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return "Encoding" + Arrays.toString(ids);
    }
}
