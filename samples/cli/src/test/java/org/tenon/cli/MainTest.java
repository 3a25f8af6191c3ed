package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MainTest {
    static Stream<String> commands() {
        return Stream.of(
                "demo",
                "generate",
                "chat",
                "perplexity",
                "embed",
                "tokenize",
                "describe",
                "verify",
                "create",
                "backends",
                "conformance");
    }

    @Test
    void helpListsEveryCommandWithALine() {
        Run run = Run.tenon("--help");
        assertEquals(0, run.code());
        commands()
                .forEach(command -> assertTrue(
                        run.out().lines().anyMatch(line -> line.matches("  " + command + " +[A-Z].*\\.")), run.out()));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String command) {
        Run run = Run.tenon(command, "--help");
        assertEquals(0, run.code());
        assertTrue(run.out().startsWith("Usage: tenon " + command), run.out());
        assertTrue(run.out().contains("Exit codes:"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void theVersionIsOneWordAfterTheName() {
        Run run = Run.tenon("--version");
        assertEquals(0, run.code());
        assertTrue(run.out().lines().findFirst().orElseThrow().matches("tenon \\S+"), run.out());
    }
}
