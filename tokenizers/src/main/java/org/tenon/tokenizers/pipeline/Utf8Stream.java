package org.tenon.tokenizers.pipeline;

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
        int certain = size - Utf8.incomplete(bytes, size);
        String text = Utf8.decode(bytes, certain);
        System.arraycopy(bytes, certain, bytes, 0, size - certain);
        size -= certain;
        return text;
    }

    @Override
    public String finish() {
        String text = Utf8.decode(bytes, size);
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
}
