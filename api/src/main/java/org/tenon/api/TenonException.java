package org.tenon.api;

/**
 * Something that a user can set right: a broken file, a wrong argument, a missing library. The message says what was wrong,
 * where, what was expected and what to do.
 */
public class TenonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * An error with its message.
     *
     * @param message what was wrong, where, and what to do
     */
    public TenonException(String message) {
        super(message);
    }

    /**
     * An error that another one caused.
     *
     * @param message what was wrong, where, and what to do
     * @param cause what lies behind it
     */
    public TenonException(String message, Throwable cause) {
        super(message, cause);
    }
}
