package org.tenon.tokenizers.bpe;

/**
 * A piece of text as tokens. The arrays are shared and must not be changed.
 *
 * @param chars the piece
 * @param ids the tokens
 * @param starts for each token the first char that it covers, a whole character where it covers a part of one
 * @param ends for each token the char after the last that it covers
 */
public record Word(char[] chars, int[] ids, int[] starts, int[] ends) {}
