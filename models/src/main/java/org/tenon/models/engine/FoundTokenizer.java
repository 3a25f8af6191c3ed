package org.tenon.models.engine;

import java.util.Optional;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.text.Tokenizer;

/**
 * The tokenizer of a checkpoint, or why there is none.
 *
 * @param tokenizer the tokenizer, where there is one
 * @param unread why the one that is there can't be read; empty where there is none at all, too
 */
public record FoundTokenizer(Optional<Tokenizer> tokenizer, Optional<String> unread) {
    /** {@return that a checkpoint has no tokenizer} */
    public static FoundTokenizer none() {
        return new FoundTokenizer(Optional.empty(), Optional.empty());
    }

    /**
     * A tokenizer that could be read.
     *
     * @param tokenizer the tokenizer
     * @return that it was found
     */
    public static FoundTokenizer of(Tokenizer tokenizer) {
        return new FoundTokenizer(Optional.of(tokenizer), Optional.empty());
    }

    /**
     * A tokenizer of a kind that can't be read.
     *
     * @param reason what isn't supported, and where
     * @return that there is none to use, and why
     */
    public static FoundTokenizer unread(String reason) {
        return new FoundTokenizer(Optional.empty(), Optional.of(reason));
    }

    /** The tokenizer that something needs; {@code missing} says what to do where the checkpoint has none, {@code instead} what works without. */
    Tokenizer neededBy(String what, String missing, String instead) {
        return tokenizer.orElseThrow(() -> new InvalidRequest(what + " needs a tokenizer, and the model "
                + unread.map(reason -> "has one that isn't supported (" + reason + "); give " + instead)
                        .orElse("has none; give " + missing + instead)));
    }
}
