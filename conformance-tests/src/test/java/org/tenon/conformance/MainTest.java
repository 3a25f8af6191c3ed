package org.tenon.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.config.Config;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Verdict;
import org.tenon.models.checkpoint.Json;

/** The suite as a program: what it prints, and that it can't pass on nothing. */
class MainTest {
    private record Run(int code, String out, String err) {
        Config json() {
            return Json.parse("the output", out.getBytes(UTF_8));
        }
    }

    private static Run run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(List.of(arguments), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Run(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--backend=nobody | no backend 'nobody'; there are: cpu",
                "--backend=cpu --profile=NOTHING | no profile 'NOTHING'; there are: CORE, EXPERTS, STATE_SPACE",
                "--backend=cpu --device=17 | no device '17'; there are: 0",
                "--backend=cpu --op=Guess | no op 'Guess'; there are: Activate, Attention, ",
                "--backend=cpu --op= | no op ''; there are: ",
                "--backend=cpu --replay=Rope/halves | no run 'Rope/halves'; there are: Rope/halves/"
            })
    void whatIsNotThereIsAnErrorThatNamesWhatThereIs(String arguments, String message) {
        Run run = run(arguments.split("[ =]", -1));
        assertEquals(1, run.code());
        assertTrue(run.err().contains(message), run.err());
        assertEquals("", run.out());
    }

    @ParameterizedTest
    @CsvSource({"''", "--json", "--backend", "--backend cpu --all", "--backend cpu --op"})
    void aCommandLineThatCanNotBeUnderstoodIsAnotherError(String arguments) {
        Run run = run(arguments.split(" "));
        assertEquals(2, run.code());
        assertFalse(run.err().isBlank());
    }

    @Test
    void withoutAnyResultNothingConforms() {
        assertFalse(new Verdict(
                        new CpuConformanceTest().suite(), new Selection.Containing("Iota"), List.of(), LocalDate.MIN)
                .conforms());
    }

    @Test
    void theReplayOfARunTellsWhatWasCompared(@TempDir Path folder) throws Exception {
        Run run = run("--backend", "cpu", "--replay", "Iota/rows/3x17/dense@native", "--report", folder.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("1 cases: 1 native, 0 decomposed"), run.out());
        assertTrue(run.out().contains("Iota/rows/3x17/dense@native: PASSED: 3 elements compared"), run.out());
        assertTrue(Files.readString(folder.resolve("conformance-report.html")).contains("Iota"));
    }

    @Test
    void theJsonCountsCasesAndMutants() {
        Run run = run("--backend", "cpu", "--op", "Embedding", "--json");
        assertEquals(0, run.code(), run.err());
        Config summary = run.json().child("summary");
        assertTrue(summary.integer("cases") >= 36);
        assertEquals(summary.integer("cases"), summary.integer("passed"));
        for (String none : List.of("decomposed", "unsupported", "failed", "crashed", "timed_out")) {
            assertEquals(0, summary.integer(none), none);
        }
        assertEquals(1, summary.integer("mutants"));
        assertEquals(1, summary.integer("killed"));
    }

    @ParameterizedTest
    @CsvSource({"containing:", "containing:a:b, c", "op:Rope", "kernels:Linear,Rope", "replay:Rope/x@native"})
    void aSelectionCanBeWrittenAsAWord(String word) {
        assertEquals(word, Selection.of(word).word());
    }
}
