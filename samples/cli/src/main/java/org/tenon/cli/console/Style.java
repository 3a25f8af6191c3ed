package org.tenon.cli.console;

/**
 * How text is set off from other text.
 *
 * @param colours whether it may be, as on a terminal
 */
public record Style(boolean colours) {
    private static final String RESET = "\u001b[0m";

    /**
     * Text that is to be seen first.
     *
     * @param text the text
     * @return the text, bold
     */
    public String bold(String text) {
        return with("1", text);
    }

    /**
     * Text that may be passed over.
     *
     * @param text the text
     * @return the text, faint
     */
    public String faint(String text) {
        return with("2", text);
    }

    /**
     * Text that tells of a failure.
     *
     * @param text the text
     * @return the text, red
     */
    public String bad(String text) {
        return with("31", text);
    }

    /**
     * Text that tells of a success.
     *
     * @param text the text
     * @return the text, green
     */
    public String good(String text) {
        return with("32", text);
    }

    private String with(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + RESET : text;
    }
}
