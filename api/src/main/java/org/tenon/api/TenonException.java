package org.tenon.api;

/**
 * Something that a user can set right: a broken file, a wrong argument, a missing library. The message says what was wrong,
 * where, what was expected and what to do.
 */
public class TenonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The most characters of a file's text that a message repeats. */
    private static final int LONGEST = 200;

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

    /**
     * A text out of a file, fit for a message: control characters escaped, and cut when it is long.
     *
     * @param text any text
     * @return the same in at most 200 characters or so
     */
    protected static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(character -> {
            if (Character.isISOControl(character) || Character.getType(character) == Character.FORMAT) {
                shown.append(String.format("\\u%04x", character));
            } else {
                shown.appendCodePoint(character);
            }
        });
        return text.length() > LONGEST ? shown + "... (" + text.length() + " characters)" : shown.toString();
    }
}
