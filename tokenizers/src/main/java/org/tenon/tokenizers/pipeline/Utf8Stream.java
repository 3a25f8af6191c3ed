package org.tenon.tokenizers.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tenon.api.text.TextStream;

/**
 * Decodes tokens as they come. What is not certain yet is at most three bytes: the beginning of a character that may still be
 * completed. For one thread at a time.
 */
public final class Utf8Stream implements TextStream {
    private final TokenBytes tokens;
    private final boolean keepSpecial;
    private byte[] bytes = new byte[64];
    private int size;
    private boolean started;

    /**
     * A stream at its start.
     *
     * @param tokens the tokens
     * @param keepSpecial whether special tokens are written
     */
    public Utf8Stream(TokenBytes tokens, boolean keepSpecial) {
        this.tokens = tokens;
        this.keepSpecial = keepSpecial;
    }

    @Override
    public String append(int id) {
        take(id);
        int certain = size - pending();
        String text = new String(bytes, 0, certain, StandardCharsets.UTF_8);
        System.arraycopy(bytes, certain, bytes, 0, size - certain);
        size -= certain;
        return text;
    }

    @Override
    public String finish() {
        String text = new String(bytes, 0, size, StandardCharsets.UTF_8);
        size = 0;
        started = false;
        return text;
    }

    /**
     * Decodes all ids at once.
     *
     * @param ids the ids
     * @return the text
     */
    public String all(int[] ids) {
        for (int id : ids) {
            take(id);
        }
        return finish();
    }

    private void take(int id) {
        if (!tokens.writes(id, keepSpecial)) {
            return;
        }
        int length = tokens.end(id) - tokens.start(id);
        if (size + length + 1 > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + length + 1, bytes.length * 2));
        }
        if (started && tokens.spaced()) {
            bytes[size++] = ' ';
        }
        System.arraycopy(tokens.pool(), tokens.start(id), bytes, size, length);
        size += length;
        started = true;
    }

    /** How many bytes at the end begin a character that more bytes could complete. */
    private int pending() {
        for (int back = 1; back <= Math.min(3, size); back++) {
            int lead = bytes[size - back] & 0xff;
            if (lead >= 0xc0) {
                return back < length(lead) && (back == 1 || isSecond(lead, bytes[size - back + 1] & 0xff)) ? back : 0;
            }
            if (lead < 0x80) {
                return 0;
            }
        }
        return 0;
    }

    private static int length(int lead) {
        if (lead < 0xc2 || lead > 0xf4) {
            return 0;
        }
        return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    }

    /** Table 3-7 of the Unicode standard: what may follow a lead byte. */
    private static boolean isSecond(int lead, int second) {
        int min = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int max = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        return second >= min && second <= max;
    }
}
