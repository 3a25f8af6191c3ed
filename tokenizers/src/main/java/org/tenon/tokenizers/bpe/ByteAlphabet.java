package org.tenon.tokenizers.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 256 printable characters that stand for bytes in the vocabularies of byte-level models, as in GPT-2's {@code encoder.py}:
 * printable Latin-1 stands for itself, and the other bytes, in order, are U+0100 and following.
 */
public final class ByteAlphabet {
    /** What a space looks like in a vocabulary. */
    public static final char SPACE = '\u0120';

    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[512];

    static {
        Arrays.fill(BYTES, (short) -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            CHARACTERS[b] = (char) (printable ? b : next++);
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {}

    /**
     * The character of a byte.
     *
     * @param b the byte, 0 to 255
     * @return its character
     */
    public static char character(int b) {
        return CHARACTERS[b];
    }

    /**
     * The bytes that a token stands for.
     *
     * @param token a token as the vocabulary spells it
     * @return a byte per character; or, where a character is outside the alphabet, the token's UTF-8 form
     */
    public static byte[] bytes(String token) {
        byte[] result = new byte[token.length()];
        for (int i = 0; i < result.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            result[i] = (byte) BYTES[c];
        }
        return result;
    }
}
