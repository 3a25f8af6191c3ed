package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.config.Config;

/** The numbers are those of Transformers 5.23 from the same files, in F32. */
class PerplexityTest {
    private static final String TEXT = "the body of the point is in the field and the horse and the wind";

    /** A loss is a mean of logarithms of softmaxes: off by no more than the logits, which have 1e-4 of a range of about 10. */
    private static final double BOUND = 1e-3;

    @TempDir
    private Path folder;

    private static Config score(String... more) {
        String[] command = {"perplexity", "--model", Run.golden("llama-text"), "--activations", "f32", "--json"};
        String[] all = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        Run run = Run.tenon(all);
        assertEquals(0, run.code(), run.err());
        return run.json();
    }

    @Test
    void aTextIsAsHardToForeseeAsForTheReference() {
        Config found = score("--text", TEXT);
        assertEquals(6.549190686, found.decimal("loss"), BOUND);
        assertEquals(698.678495, found.decimal("perplexity"), 698 * BOUND);
        assertEquals(30, found.integer("tokens"));
    }

    @Test
    void aTextLongerThanTheWindowIsScoredInWindowsThatOverlapByHalf() {
        Config found = score("--text", TEXT, "--window", "8");
        assertEquals(6.722267159, found.decimal("loss"), BOUND);
        assertEquals(30, found.integer("tokens"));
        assertEquals(8, found.integer("window"));
    }

    @Test
    void aFileIsScoredLikeItsText() throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), TEXT);
        assertEquals(
                score("--text", TEXT).decimal("loss"),
                score("--file", file.toString()).decimal("loss"));
    }

    @Test
    void oneTokenIsNotEnough() {
        Run run = Run.tenon("perplexity", "--model", Run.golden("llama-text"), "--text", "");
        assertEquals(1, run.code());
        assertTrue(run.err().contains("takes at least 2"), run.err());
    }
}
