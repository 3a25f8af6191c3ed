package org.tenon.api.text;

/**
 * Decodes ids one at a time. All that {@link #append} and {@link #finish} return, put together, equals
 * {@link Tokenizer#decode} of all the ids, wherever the ids are cut. Holds state: for one thread at a time.
 */
public interface TextStream {

    /**
     * Takes the next id.
     *
     * @param id a token's id; one that no token has gives no text, as in {@link Tokenizer#decode}
     * @return the text that has become certain; empty while a character of several bytes is incomplete
     */
    String append(int id);

    /**
     * Ends the text and starts the stream afresh.
     *
     * @return what was pending: a U+FFFD for a character that never was completed, or nothing
     */
    String finish();
}
