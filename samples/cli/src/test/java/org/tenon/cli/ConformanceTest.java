package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.config.Config;

class ConformanceTest {
    @Test
    void anOpIsCountedAsATableAndAsJson(@TempDir Path folder) throws Exception {
        Run table = Run.tenon("conformance", "--backend", "cpu", "--op", "Iota", "--report", folder.toString());
        assertEquals(0, table.code(), table.err());
        assertTrue(table.out().lines().anyMatch(line -> line.startsWith("Iota  -> I32")), table.out());
        assertTrue(table.out().contains("Profile CORE: conforms."), table.out());
        assertTrue(Files.exists(folder.resolve("conformance-report.md")));

        Run run = Run.tenon("conformance", "--backend", "cpu", "--op", "Scatter", "--no-mutants", "--json");
        assertEquals(0, run.code(), run.err());
        Config summary = run.json().child("summary");
        assertEquals(summary.integer("cases"), summary.integer("passed"));
        assertEquals(0, summary.integer("mutants"));
        assertEquals(0, summary.integer("killed"));
    }

    @Test
    void aReplayTellsWhatWasCompared() {
        Run run = Run.tenon("conformance", "--backend", "cpu", "--replay", "RmsNorm/F32-F32/2x17/plain/dense@opened");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("34 elements compared; farthest off: element "), run.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--backend nobody | no backend 'nobody'; there are: cpu",
                "--backend cpu --device 9 | no device '9'; there are: 0",
                "--backend cpu --profile NOTHING | no profile 'NOTHING'; there are: CORE, EXPERTS, STATE_SPACE",
                "--backend cpu --op Guess | no op 'Guess'; there are: Activate",
                "--backend cpu --replay Guess/1 | no run 'Guess/1'; there are: "
            })
    void whatIsNotThereIsAnErrorThatNamesWhatThereIs(String arguments, String message) {
        Run run = Run.tenon(("conformance " + arguments).split(" "));
        assertEquals(1, run.code());
        assertTrue(run.err().contains(message), run.err());
        assertEquals("", run.out());
    }

    @Test
    void anOpAndAReplayAreNotAskedForTogether() {
        assertEquals(
                2,
                Run.tenon("conformance", "--backend", "cpu", "--op", "Iota", "--replay", "Iota/x")
                        .code());
    }
}
