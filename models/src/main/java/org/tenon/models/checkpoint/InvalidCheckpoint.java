package org.tenon.models.checkpoint;

import java.nio.file.Path;
import org.tenon.api.TenonException;

/** A checkpoint, or one of its files, is damaged, incomplete or not what it claims; the message names file and tensor. */
public final class InvalidCheckpoint extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A fault of a file or folder.
     *
     * @param file the file or folder
     * @param problem what is wrong, what was expected, and what to do
     */
    public InvalidCheckpoint(Path file, String problem) {
        super(printable(file.toString()) + ": " + problem);
    }

    /**
     * A fault of a file or folder with a cause.
     *
     * @param file the file or folder
     * @param problem what is wrong, what was expected, and what to do
     * @param cause what lies behind it
     */
    public InvalidCheckpoint(Path file, String problem, Throwable cause) {
        super(printable(file.toString()) + ": " + problem, cause);
    }

    /**
     * A fault of one tensor.
     *
     * @param file the file
     * @param tensor the tensor's name in it
     * @param problem what is wrong, what was expected, and what to do
     */
    public InvalidCheckpoint(Path file, String tensor, String problem) {
        super(printable(file.toString()) + ": tensor \"" + printable(tensor) + "\" " + problem);
    }

    /** A text out of a file, fit for a message. */
    static String shown(String text) {
        return printable(text);
    }
}
