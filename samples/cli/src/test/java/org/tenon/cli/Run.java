package org.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.tenon.api.config.Config;
import org.tenon.cli.console.Console;
import org.tenon.models.checkpoint.Json;

/**
 * What a command did, in this process.
 *
 * @param code its exit code
 * @param out its results
 * @param err what it said beside them
 */
record Run(int code, String out, String err) {
    private static final Path GOLDENS = Path.of("../../models/src/test/resources/goldens");

    /** Runs a command without input. */
    static Run tenon(String... arguments) {
        return with("", arguments);
    }

    /** Runs a command that reads from a pipe. */
    static Run with(String input, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new Console(new StringReader(input), out, err), arguments);
        return new Run(code, out.toString(), err.toString());
    }

    /** Runs a command whose output goes somewhere else. */
    static Run into(Writer out, String... arguments) {
        StringWriter err = new StringWriter();
        int code = Main.run(new Console(new StringReader(""), out, err), arguments);
        return new Run(code, "", err.toString());
    }

    /** The one object that was printed. */
    Config json() {
        return Json.parse("the output", out.getBytes(UTF_8));
    }

    /** The folder of a golden checkpoint. */
    static String golden(String name) {
        return GOLDENS.resolve(name).toString();
    }

    /** The names of all golden checkpoints. */
    static Stream<String> goldens() throws IOException {
        try (Stream<Path> folders = Files.list(GOLDENS)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        }
    }

    /** A copy of a golden that a test may spoil. */
    static Path copy(String name, Path into) throws IOException {
        Path copy = Files.createDirectory(into.resolve(name));
        try (Stream<Path> files = Files.list(GOLDENS.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }
}
