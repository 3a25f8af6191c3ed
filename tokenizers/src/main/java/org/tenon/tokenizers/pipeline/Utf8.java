package org.tenon.tokenizers.pipeline;

/**
 * Decoding of bytes that may be no UTF-8: every maximal part of a character becomes one U+FFFD (Unicode 16, section 3.9), as in
 * Rust's {@code from_utf8_lossy}. Java's own decoder makes one replacement of the three bytes of a surrogate, of which none can
 * begin a character.
 */
final class Utf8 {
    private static final char REPLACEMENT = '\ufffd';

    private Utf8() {}

    static String decode(byte[] bytes, int end) {
        StringBuilder text = new StringBuilder(end);
        int at = 0;
        while (at < end) {
            int lead = bytes[at] & 0xff;
            if (lead < 0x80) {
                text.append((char) lead);
                at++;
                continue;
            }
            int length = length(lead);
            int valid = 1;
            while (valid < length && at + valid < end && continues(lead, valid, bytes[at + valid] & 0xff)) {
                valid++;
            }
            if (valid == length) {
                text.appendCodePoint(codePoint(bytes, at, length));
            } else {
                text.append(REPLACEMENT);
            }
            at += valid;
        }
        return text.toString();
    }

    /** How many bytes at the end begin a character that more bytes could complete. */
    static int incomplete(byte[] bytes, int end) {
        for (int back = 1; back <= Math.min(3, end); back++) {
            int lead = bytes[end - back] & 0xff;
            if (lead < 0x80) {
                return 0;
            }
            if (lead >= 0xc0) {
                int valid = 1;
                while (valid < back && continues(lead, valid, bytes[end - back + valid] & 0xff)) {
                    valid++;
                }
                return valid == back && back < length(lead) ? back : 0;
            }
        }
        return 0;
    }

    /** The length of a character by its first byte; 0 for a byte that can't be one. */
    private static int length(int lead) {
        if (lead < 0xc2 || lead > 0xf4) {
            return 0;
        }
        return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    }

    /** Table 3-7 of the Unicode standard: whether a byte can stand at a place of a character. */
    private static boolean continues(int lead, int place, int b) {
        int min = place > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int max = place > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        return b >= min && b <= max;
    }

    private static int codePoint(byte[] bytes, int at, int length) {
        // the lead byte of n bytes holds 7 - n bits
        int codePoint = bytes[at] & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            codePoint = (codePoint << 6) | (bytes[at + i] & 0x3f);
        }
        return codePoint;
    }
}
