package org.tenon.cli.command;

import picocli.CommandLine.Option;

/** The option for scripts. */
final class JsonOption {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean given;

    boolean given() {
        return given;
    }
}
