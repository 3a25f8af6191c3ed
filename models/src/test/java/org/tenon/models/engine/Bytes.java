package org.tenon.models.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.text.ChatTemplate;
import org.tenon.api.text.Encoding;
import org.tenon.api.text.Message;
import org.tenon.api.text.TextStream;
import org.tenon.api.text.Tokenizer;

/** A tokenizer of bytes: an id is a byte of the text in UTF-8; {@link #BOS} and {@link #EOS} are special. */
final class Bytes implements Tokenizer {
    static final int BOS = 256;
    static final int EOS = 257;
    static final int SIZE = 258;

    @Override
    public Encoding encode(String text, boolean specialTokens) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int offset = specialTokens ? 1 : 0;
        int[] ids = new int[bytes.length + offset];
        if (specialTokens) {
            ids[0] = BOS;
        }
        for (int i = 0; i < bytes.length; i++) {
            ids[i + offset] = bytes[i] & 0xFF;
        }
        return new Encoding(ids, new int[ids.length], new int[ids.length]);
    }

    @Override
    public String decode(int[] ids, boolean keepSpecial) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < BOS) {
                bytes.write(id);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public TextStream stream(boolean keepSpecial) {
        return new TextStream() {
            private final CharsetDecoder decoder = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
            private final ByteBuffer pending = ByteBuffer.allocate(8);
            private final CharBuffer decoded = CharBuffer.allocate(16);

            @Override
            public String append(int id) {
                if (id < BOS) {
                    pending.put((byte) id);
                }
                return decode(false);
            }

            @Override
            public String finish() {
                String rest = decode(true);
                decoder.reset();
                return rest;
            }

            private String decode(boolean last) {
                pending.flip();
                decoder.decode(pending, decoded, last);
                pending.compact();
                if (last) {
                    decoder.flush(decoded);
                }
                decoded.flip();
                String text = decoded.toString();
                decoded.clear();
                return text;
            }
        };
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public OptionalInt id(String token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> token(int id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean special(int id) {
        return id >= BOS;
    }

    @Override
    public OptionalInt bos() {
        return OptionalInt.of(BOS);
    }

    @Override
    public OptionalInt eos() {
        return OptionalInt.of(EOS);
    }

    /** {@code <role>content} for each message, and {@code <assistant>} at the end. */
    @Override
    public Optional<ChatTemplate> chatTemplate() {
        return Optional.of(new ChatTemplate() {
            @Override
            public String render(List<Message> messages, boolean generationPrompt, Map<String, Object> variables) {
                StringBuilder text = new StringBuilder();
                messages.forEach(message ->
                        text.append('<').append(message.role()).append('>').append(message.content()));
                return text + (generationPrompt ? "<assistant>" : "");
            }
        });
    }
}
