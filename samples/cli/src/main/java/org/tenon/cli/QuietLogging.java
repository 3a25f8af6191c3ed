package org.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.logging.LogManager;

/**
 * The logging of the command line tool: errors and nothing else. Java makes one when something logs for the first time, so that a command
 * that logs nothing doesn't wait for it.
 */
public final class QuietLogging {
    private static final String CONFIGURATION = """
            handlers = java.util.logging.ConsoleHandler
            .level = SEVERE
            java.util.logging.SimpleFormatter.format = %5$s%6$s%n
            """;

    /**
     * Configures logging.
     *
     * @throws IOException never: the configuration is a constant
     */
    public QuietLogging() throws IOException {
        LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(CONFIGURATION.getBytes(UTF_8)));
    }
}
