package org.tenon.tokenizers.pipeline;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntFunction;
import org.tenon.tokenizers.bpe.ByteAlphabet;

/** The bytes of every token, for decoding. Immutable and safe for use by many threads. */
public final class TokenBytes {
    private final byte[] bytes;
    // where the bytes of each id start; one more entry than ids
    private final int[] offsets;
    private final BitSet known;
    private final BitSet special;
    private final boolean spaced;

    /**
     * The bytes of some tokens.
     *
     * @param tokens how the token of each id is spelt, if it has one
     * @param size the number of ids
     * @param special the ids of special tokens
     * @param decoding how tokens become bytes
     */
    public TokenBytes(IntFunction<Optional<String>> tokens, int size, BitSet special, Decoding decoding) {
        this.special = special;
        this.spaced = decoding == Decoding.SPACED;
        this.offsets = new int[size + 1];
        this.known = new BitSet(size);
        ByteArrayOutputStream pool = new ByteArrayOutputStream();
        for (int id = 0; id < size; id++) {
            Optional<String> found = tokens.apply(id);
            known.set(id, found.isPresent());
            String token = found.orElse("");
            pool.writeBytes(
                    decoding == Decoding.BYTE_LEVEL
                            ? ByteAlphabet.bytes(token)
                            : token.getBytes(StandardCharsets.UTF_8));
            offsets[id + 1] = pool.size();
        }
        this.bytes = pool.toByteArray();
    }

    /** How tokens become text. */
    public enum Decoding {
        /** Each character of a token is a byte. */
        BYTE_LEVEL,
        /** Tokens are text. */
        PLAIN,
        /** Tokens are text, with a space between them; what the reference does where a file has no decoder. */
        SPACED
    }

    /**
     * Whether an id is of a special token.
     *
     * @param id any number
     * @return true for a special token
     */
    public boolean special(int id) {
        return id >= 0 && special.get(id);
    }

    /** Whether an id has a token that is to be written. */
    boolean writes(int id, boolean keepSpecial) {
        return id >= 0 && known.get(id) && (keepSpecial || !special.get(id));
    }

    /** Whether a space stands between tokens. */
    boolean spaced() {
        return spaced;
    }

    byte[] pool() {
        return bytes;
    }

    int start(int id) {
        return offsets[id];
    }

    int end(int id) {
        return offsets[id + 1];
    }
}
