package org.tenon.api;

/** A configuration says what can't be, or isn't JSON at all; the message names the file and the place in it. */
public final class InvalidConfig extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A value that doesn't do.
     *
     * @param source the file, or an empty text for a tree made in code
     * @param path the value's place, for instance {@code rope_scaling.factor}; empty for the whole
     * @param expected what would do
     * @param found what stands there
     */
    public InvalidConfig(String source, String path, String expected, String found) {
        super((source.isEmpty() ? "" : printable(source) + ": ")
                + (path.isEmpty() ? "the whole" : printable(path))
                + " must be " + expected + ", but is " + printable(found)
                + (source.isEmpty() ? "" : ". Correct the file, or download it again"));
    }

    /**
     * A file that can't be read as a configuration.
     *
     * @param source the file
     * @param problem what is wrong with it, where, and what to do
     */
    public InvalidConfig(String source, String problem) {
        super(printable(source) + ": " + problem);
    }

    /**
     * A file that can't be read as a configuration, for a reason that lies elsewhere.
     *
     * @param source the file
     * @param problem what is wrong with it, where, and what to do
     * @param cause what lies behind it
     */
    public InvalidConfig(String source, String problem, Throwable cause) {
        super(printable(source) + ": " + problem, cause);
    }
}
