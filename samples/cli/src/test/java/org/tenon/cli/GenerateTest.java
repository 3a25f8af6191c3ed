package org.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tenon.api.config.Config;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.BeamSearch.Stopping;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Request;
import org.tenon.demo.models.DemoFolder;
import org.tenon.demo.models.DemoModel;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.ReferenceFile;

class GenerateTest {
    private static final String TEXT = Run.golden("llama-text");
    private static final String IDS = Run.golden("llama-gqa-tied");

    private static int[] ids(Config config, String key) {
        return config.list(key).stream().mapToInt(Config::asInteger).toArray();
    }

    private static String joined(int[] ids, String separator) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(separator));
    }

    @Test
    void aTextGoesOnAsTheReferenceDoes() {
        for (Config one : Json.read(Path.of(TEXT, "text.json")).list("cases")) {
            Run run = Run.tenon(
                    "generate",
                    "--model",
                    TEXT,
                    "--prompt",
                    one.text("prompt"),
                    "--greedy",
                    "--repetition-penalty",
                    "1",
                    "--ignore-end",
                    "--max-tokens",
                    "12",
                    "--activations",
                    "f32");
            assertEquals(0, run.code(), run.err());
            assertEquals(one.text("continuation") + "\n", run.out());
            assertTrue(run.err().matches("12 tokens, [0-9.]+ tokens/s on cpu .*, max-tokens\n"), run.err());
        }
    }

    @Test
    void aModelWithoutATokenizerPrintsIds() {
        try (ReferenceFile reference = ReferenceFile.in(Path.of(IDS))) {
            for (ReferenceFile.Case one : reference.cases()) {
                Run run = Run.tenon(
                        "generate",
                        "--model",
                        IDS,
                        "--prompt-ids",
                        joined(one.inputIds(), ","),
                        "--ignore-end",
                        "--max-tokens",
                        "12",
                        "--activations",
                        "f32",
                        "--backend",
                        "cpu");
                assertEquals(joined(one.generatedIds(), " ") + "\n", run.out(), run.err());
            }
        }
    }

    @Test
    void jsonTellsAllThatCameOfIt() {
        Run run = Run.tenon(
                "generate",
                "--model",
                TEXT,
                "--prompt",
                "The joint holds.",
                "--seed",
                "7",
                "--max-tokens",
                "5",
                "--ignore-end",
                "--logprobs",
                "2",
                "--json");
        assertEquals("", run.err());
        Config report = run.json();
        assertArrayEquals(new int[] {317, 299, 295, 220, 283, 307, 82, 13}, ids(report, "prompt_ids"));
        assertEquals(5, ids(report, "ids").length);
        assertEquals("max-tokens", report.text("finish_reason"));
        assertEquals(7, report.integer("seed"));
        assertEquals(8, report.child("usage").integer("prompt_tokens"));
        assertEquals(5, report.child("usage").integer("output_tokens"));
        assertTrue(report.child("timings").decimal("tokens_per_second") > 0);
        assertEquals(5, report.list("logprobs").size());
        for (int i = 0; i < 5; i++) {
            Config token = report.list("logprobs").get(i);
            assertEquals(ids(report, "ids")[i], token.integer("id"));
            List<Config> best = token.list("best");
            assertEquals(2, best.size());
            assertTrue(best.getFirst().decimal("logprob") >= best.getLast().decimal("logprob"));
            assertTrue(best.getFirst().decimal("logprob") >= token.decimal("logprob"));
        }
    }

    @Test
    void jsonOfAModelWithoutATokenizerHasIdsAndNoText() {
        Config report = Run.tenon("generate", "--model", IDS, "--prompt-ids", "5,6", "--max-tokens", "3", "--json")
                .json();
        assertTrue(report.keys().contains("text"));
        assertFalse(report.has("text"), "null");
        assertFalse(report.has("logprobs"), "not asked for");
        assertEquals(3, ids(report, "ids").length);
    }

    @Test
    void theSameSeedDrawsTheSameTextAndAnotherSeedAnother() {
        String[] command = {"generate", "--model", TEXT, "--prompt", "x", "--temperature", "2", "--seed", "1"};
        Run first = Run.tenon(command);
        Run again = Run.tenon(command);
        command[command.length - 1] = "2";
        assertEquals(first.out(), again.out());
        assertNotEquals(first.out(), Run.tenon(command).out());
    }

    @Test
    void theOutputEndsAtAStopString() {
        Config one = Json.read(Path.of(TEXT, "text.json")).list("cases").get(1);
        String whole = one.text("continuation");
        Config report = Run.tenon(
                        "generate",
                        "--model",
                        TEXT,
                        "--prompt",
                        one.text("prompt"),
                        "--greedy",
                        "--repetition-penalty",
                        "1",
                        "--activations",
                        "f32",
                        "--json",
                        "--stop",
                        "never",
                        "--stop",
                        "joint")
                .json();
        assertEquals(whole.substring(0, whole.indexOf("joint")), report.text("text"));
        assertEquals("stop-string", report.text("finish_reason"));
    }

    @Test
    void aBiasForcesAToken() {
        Run run = Run.tenon(
                "generate",
                "--model",
                IDS,
                "--prompt-ids",
                "5",
                "--max-tokens",
                "3",
                "--logit-bias",
                "9=1000",
                "--logit-bias",
                "8=-1000");
        assertEquals("9 9 9\n", run.out());
    }

    @Test
    void whenNobodyReadsTheOutputItEndsWithoutAWord() {
        Writer closed = new Writer() {
            @Override
            public void write(char[] buffer, int from, int count) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Run run = Run.into(closed, "generate", "--model", TEXT, "--prompt", "x");
        assertEquals(141, run.code());
        assertEquals("", run.err());
    }

    @Test
    void anEncoderWithADecoderMakesAnotherTextOfAText() {
        try (DemoFolder t5 = DemoModel.T5.unpack()) {
            String model = t5.path().toString();
            Run greedy = Run.tenon("generate", "--model", model, "--prompt", "the third of March 1987");
            assertEquals(0, greedy.code(), greedy.err());
            assertEquals("1987-03-03\n", greedy.out());
            Run best = Run.tenon("generate", "--model", model, "--prompt", "the third of March 1987", "--beams", "3");
            assertEquals(0, best.code(), best.err());
            assertEquals("1987-03-03\n", best.out());
        }
    }

    @Test
    void aSearchWithBeamsPrintsTheBestFirst() {
        String[] command = {
            "generate", "--model", IDS, "--prompt-ids", "5,7,9", "--max-tokens", "6", "--beams", "4", "--return", "3"
        };
        Run run = Run.tenon(command);
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size());
        String[] asJson = Arrays.copyOf(command, command.length + 1);
        asJson[command.length] = "--json";
        List<Config> found =
                Json.parse("out", Run.tenon(asJson).out().getBytes(UTF_8)).list("found");
        assertEquals(3, found.size());
        for (int i = 0; i < 3; i++) {
            assertEquals("[" + joined(ids(found.get(i), "ids"), ", ") + "]", lines.get(i));
            assertTrue(
                    i == 0 || found.get(i - 1).decimal("score") >= found.get(i).decimal("score"));
        }
    }

    /** Held against the API, which has the meanings of Transformers. */
    @Test
    void aSearchEndsWhenItIsTold() {
        String folder = Run.golden("t5-f32");
        Map<String, Stopping> words =
                Map.of("true", Stopping.WHEN_FULL, "false", Stopping.HEURISTIC, "never", Stopping.NEVER_EARLY);
        Set<String> outputs = new HashSet<>();
        try (Tenon tenon = Tenon.open("cpu");
                GenerativeModel model = tenon.seq2seq(Path.of(folder))) {
            words.forEach((word, stopping) -> {
                BeamSearch search =
                        BeamSearch.of(4).returned(4).lengthPenalty(3).stopping(stopping);
                Request request = Request.ids(5, 9, 2, 7)
                        .sampling(sampling().maxTokens(20).logitBias(Map.of(1, 9.0)));
                String expected = model.search(request, search).join().stream()
                        .map(found -> found.ids() + "\n")
                        .collect(Collectors.joining());
                String command = "generate --backend cpu --prompt-ids 5,9,2,7 --max-tokens 20 --beams 4 --return 4"
                        + " --logit-bias 1=9 --length-penalty 3 --early-stopping " + word + " --model " + folder;
                assertEquals(expected, Run.tenon(command.split(" ")).out());
                outputs.add(expected);
            });
        }
        assertEquals(2, outputs.size(), "never finds others here, where ends and length are favoured");
    }

    @Test
    void moreOutputsThanBeamsAreRefused() {
        Run run = Run.tenon("generate", "--model", IDS, "--prompt-ids", "5", "--beams", "2", "--return", "3");
        assertEquals(1, run.code());
        assertTrue(run.err().contains("returned must be from 1 to the beams, 2, but is 3"), run.err());
    }

    @Test
    void anEncoderAloneGeneratesNothingAndSaysWhatItIsFor() {
        Run run = Run.tenon("generate", "--model", Run.golden("bert-body"), "--prompt-ids", "5");
        assertEquals(1, run.code());
        assertTrue(run.err().contains("tenon embed"), run.err());
    }
}
