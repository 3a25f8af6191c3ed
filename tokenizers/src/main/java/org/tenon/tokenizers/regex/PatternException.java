package org.tenon.tokenizers.regex;

import org.tenon.api.TenonException;

/** A pattern that isn't a regular expression, or uses what isn't supported; or a match that takes too long. */
public final class PatternException extends TenonException {
    private static final long serialVersionUID = 1L;

    PatternException(String message) {
        super(message);
    }
}
