package org.tenon.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Nobody reads the output any more, as when {@code head} has seen enough. Not worth a word. */
public final class OutputClosed extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    OutputClosed(IOException cause) {
        super("the output was closed", cause);
    }
}
