package org.tenon.api.text;

import org.tenon.api.TenonException;

/** A tokenizer's files are in order, but of a kind that can't be read; a model that has one takes and gives ids. */
public final class UnsupportedTokenizer extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * What isn't supported.
     *
     * @param message what, where, and what is
     */
    public UnsupportedTokenizer(String message) {
        super(message);
    }
}
