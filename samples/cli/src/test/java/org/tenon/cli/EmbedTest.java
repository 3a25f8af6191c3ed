package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.config.Config;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.ReferenceFile;

class EmbedTest {
    private static final String MODEL = Run.golden("bert-body");

    @TempDir
    private Path folder;

    private static double[] vector(String line) {
        return Json.parse("the output", ("{\"v\": " + line + "}").getBytes(StandardCharsets.UTF_8)).list("v").stream()
                .mapToDouble(Config::asDecimal)
                .toArray();
    }

    @Test
    void eachInputIsAVectorOnALine() {
        Run run = Run.tenon("embed", "--model", MODEL, "--ids", "1,2,3", "--ids", "4");
        assertEquals(0, run.code(), run.err());
        assertEquals(2, run.out().lines().count());
        run.out().lines().forEach(line -> assertEquals(48, vector(line).length));
    }

    @Test
    void thePoolerGivesWhatTheReferenceSays() {
        try (ReferenceFile reference = ReferenceFile.in(Path.of(MODEL))) {
            ReferenceFile.Case one = reference.cases().getFirst();
            assertEquals(0, one.tokenTypeIds()[0]);
            String ids = Integer.toString(one.inputIds()[0]);
            Run run = Run.tenon("embed", "--model", MODEL, "--pooling", "pooler", "--ids", ids);
            double[] found = vector(run.out());
            float[] expected = one.poolerOutput().orElseThrow().row(0);
            for (int d = 0; d < expected.length; d++) {
                assertEquals(expected[d], found[d], 1e-4); // of a range of two
            }
        }
    }

    @Test
    void normalisedVectorsHaveTheLengthOne() {
        Run run = Run.tenon("embed", "--model", MODEL, "--normalise", "--pooling", "first", "--ids", "5,6");
        double squares = 0;
        for (double value : vector(run.out())) {
            squares += value * value;
        }
        assertEquals(1, squares, 1e-5);
    }

    @Test
    void similarityIsATableOfCosines() {
        Run run = Run.tenon("embed", "--model", MODEL, "--similarity", "--ids", "1,2", "--ids", "1,2", "--ids", "9");
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(4, lines.size());
        assertTrue(lines.get(1).matches("1 +1,2 +1\\.0000 +1\\.0000 +-?[01]\\.\\d{4}"), run.out());
    }

    @Test
    void jsonHasAllOfIt() {
        Run run = Run.tenon("embed", "--model", MODEL, "--json", "--similarity", "--ids", "1,2", "--ids", "9");
        Config report = run.json();
        assertEquals("mean", report.text("pooling"));
        assertEquals(2, report.list("vectors").size());
        assertEquals(48, report.list("vectors").getFirst().asList().size());
        assertEquals(1, report.list("similarity").getFirst().asList().getFirst().asDecimal(), 1e-6);
    }

    @Test
    void aTextIsReadWhereTheTokenizerCanBe() throws IOException {
        Path copy = Run.copy("bert-body", folder);
        Files.copy(Path.of(Run.golden("llama-text"), "tokenizer.json"), copy.resolve("tokenizer.json"));
        Path config = copy.resolve("config.json");
        assertTrue(Files.exists(config));
        Run run = Run.tenon("embed", "--model", copy.toString(), "a joint");
        // its ids are of a larger vocabulary than the model's, so the text was read
        assertEquals(1, run.code());
        assertTrue(run.err().contains("must be an id from 0 to 95"), run.err());
    }

    @Test
    void whatCantBeIsSaid() {
        Run noTokenizer = Run.tenon("embed", "--model", MODEL, "a text");
        assertEquals(1, noTokenizer.code());
        assertTrue(noTokenizer.err().contains("give token ids with --ids"), noTokenizer.err());
        Run noPooler = Run.tenon("embed", "--model", Run.golden("bert-masked"), "--pooling", "pooler", "--ids", "1");
        assertEquals(1, noPooler.code());
        assertTrue(noPooler.err().contains("masked, but is pooler"), noPooler.err());
        Run causal = Run.tenon("embed", "--model", Run.golden("llama-gqa-tied"), "--ids", "1");
        assertEquals(1, causal.code());
        assertTrue(causal.err().contains("holds a causal model, not an encoder"), causal.err());
        Run encoder = Run.tenon("generate", "--model", MODEL, "--prompt-ids", "1");
        assertEquals(1, encoder.code());
        assertTrue(
                encoder.err()
                        .contains("holds an encoder, not a causal model or an encoder with a decoder; 'tenon embed'"),
                encoder.err());
        Run tooLong = Run.tenon("embed", "--model", MODEL, "--rows", "2", "--ids", "1,2,3");
        assertTrue(tooLong.err().contains("must fit in the context of 2 tokens, but has 3"), tooLong.err());
    }
}
