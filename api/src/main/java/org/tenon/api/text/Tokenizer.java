package org.tenon.api.text;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Text to token ids and back. Immutable and safe for use by many threads; what {@link #stream} returns isn't.
 */
public interface Tokenizer {

    /**
     * Splits a text into tokens. Special tokens that stand in the text are always recognised, so text from a stranger that
     * must not contain any is to be checked before.
     *
     * @param text any string; a surrogate without its partner counts as U+FFFD
     * @param specialTokens whether to add the tokens with which the model wants a text to begin or end
     * @return the ids, and for each of them the part of the text that it stands for
     */
    Encoding encode(String text, boolean specialTokens);

    /**
     * The ids of a text.
     *
     * @param text any string
     * @param specialTokens whether to add the tokens with which the model wants a text to begin or end
     * @return the ids, a new array
     */
    default int[] ids(String text, boolean specialTokens) {
        return encode(text, specialTokens).ids();
    }

    /**
     * The text of some ids. Bytes that are no UTF-8 become U+FFFD, one for each maximal part of a character (Unicode 16,
     * section 3.9).
     *
     * @param ids token ids; those that no token has are left out
     * @param keepSpecial whether special tokens are written out or left out
     * @return the text
     */
    String decode(int[] ids, boolean keepSpecial);

    /**
     * Decodes ids as they come.
     *
     * @param keepSpecial whether special tokens are written out or left out
     * @return a new stream, for one thread at a time
     */
    TextStream stream(boolean keepSpecial);

    /**
     * The number of ids, added tokens included: the highest id plus one. A model may have more rows than that.
     *
     * @return the size of the vocabulary
     */
    int size();

    /**
     * The id of a token.
     *
     * @param token the token as the vocabulary spells it
     * @return its id, or nothing
     */
    OptionalInt id(String token);

    /**
     * The token of an id.
     *
     * @param id any number
     * @return the token as the vocabulary spells it, or nothing where no token has the id
     */
    Optional<String> token(int id);

    /**
     * Whether an id is of a special token, one that {@link #decode} can leave out.
     *
     * @param id any number
     * @return true for a special token
     */
    boolean special(int id);

    /**
     * The token with which a text begins.
     *
     * @return its id, where the tokenizer's files name one
     */
    OptionalInt bos();

    /**
     * The token with which a text ends.
     *
     * @return its id, where the tokenizer's files name one
     */
    OptionalInt eos();

    /**
     * The template for conversations.
     *
     * @return the template, where the tokenizer's files have one
     */
    Optional<ChatTemplate> chatTemplate();
}
