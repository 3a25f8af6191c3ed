package org.tenon.cli.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names a model. */
final class ModelFolder {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "The model: a folder of Hugging Face files.")
    private Path path = Path.of("");

    Path path() {
        return path;
    }
}
