package org.tenon.cli.console;

/**
 * How text is shown.
 *
 * @param terminal whether it is shown on a terminal
 * @param colours whether there are colours
 */
public record Style(boolean terminal, boolean colours) {
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

    /**
     * Text that a stranger or a model wrote, fit for a terminal: characters that could move the cursor, or do worse, become pictures of
     * themselves.
     *
     * @param text the text
     * @return the text; unchanged where there is no terminal
     */
    public String harmless(String text) {
        if (!terminal || text.chars().noneMatch(Style::harmful)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.chars().forEach(character -> shown.append((char) (harmful(character) ? picture(character) : character)));
        return shown.toString();
    }

    private static boolean harmful(int character) {
        return Character.isISOControl(character) && character != '\n' && character != '\t';
    }

    /** Unicode's pictures of the control characters of ASCII; its replacement character for the others. */
    private static int picture(int control) {
        return control < ' ' ? 0x2400 + control : control == 0x7F ? 0x2421 : 0xFFFD;
    }

    private String with(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + RESET : text;
    }
}
