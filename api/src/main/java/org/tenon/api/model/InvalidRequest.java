package org.tenon.api.model;

import org.tenon.api.TenonException;

/** A request asks for what can't be. */
public final class InvalidRequest extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param message which part, what was expected, what was found, and what to do
     */
    public InvalidRequest(String message) {
        super(message);
    }

    /**
     * Throws unless a part of a request has a value that does.
     *
     * @param holds whether it does
     * @param part the part, as in {@code topP}
     * @param expected what does, as in "must be ..."
     * @param found what it is
     * @throws InvalidRequest when it doesn't
     */
    static void unless(boolean holds, String part, String expected, Object found) {
        if (!holds) {
            throw new InvalidRequest(part + " must be " + expected + ", but is " + found);
        }
    }
}
