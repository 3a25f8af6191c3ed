package org.tenon.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A stream that the process was started with. */
public enum StandardStream {
    /** The input. */
    IN(0),
    /** The results. */
    OUT(1),
    /** What is said beside the results. */
    ERR(2);

    private final int descriptor;

    StandardStream(int descriptor) {
        this.descriptor = descriptor;
    }

    /** {@return whether somebody sits at the other end: on Linux asked of the kernel, elsewhere judged by input and output together} */
    @SuppressWarnings("SystemConsoleNull") // null where no console provider is there
    public boolean isTerminal() {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        if (Files.isSymbolicLink(link)) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException | InvalidPathException _) {
                return false; // a stream whose name can't be read is no terminal
            }
        }
        return System.console() != null && System.console().isTerminal();
    }
}
