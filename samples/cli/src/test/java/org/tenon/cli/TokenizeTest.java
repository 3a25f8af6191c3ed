package org.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.config.Config;
import org.tenon.models.checkpoint.Json;

class TokenizeTest {
    private static final String MODEL = Run.golden("llama-text");

    @TempDir
    private Path folder;

    private Run lines(String content, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("lines.json"), content);
        String[] command = {"tokenize", "--model", MODEL, "--lines", file.toString(), "--json"};
        return Run.tenon(Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new));
    }

    private static List<Integer> ids(Config one) {
        return one.list("ids").stream().map(Config::asInteger).toList();
    }

    @Test
    void aTextIsShownTokenByToken() {
        Run run = Run.tenon("tokenize", "--model", MODEL, "--no-special", "joint\n");
        assertEquals("""
                 id  token  text
                284  joint  "joint"
                198  \u010a      "\\n"
                """, run.out());
    }

    @Test
    void jsonOfATextHasIdsTokensOffsetsAndTheDecodedText() {
        Config report =
                Run.tenon("tokenize", "--model", MODEL, "--json", "a joint").json();
        assertEquals("<|begin_of_text|>", report.list("tokens").getFirst().asText());
        assertEquals(report.list("ids").size(), report.list("offsets").size());
        assertEquals(7, report.list("offsets").getLast().asList().getLast().asInteger());
        assertEquals("<|begin_of_text|>a joint", report.text("text"));
    }

    @Test
    void eachLineIsAJsonStringAndGivesALine() throws IOException {
        Config cases = Json.read(Path.of(MODEL, "text.json"));
        StringBuilder input = new StringBuilder();
        for (Config one : cases.list("cases")) {
            input.append(Json.text(one.child("prompt"))).append('\n');
        }
        Run run = lines(input.toString());
        assertEquals(0, run.code(), run.err());
        List<String> out = run.out().lines().toList();
        assertEquals(cases.list("cases").size(), out.size());
        for (int i = 0; i < out.size(); i++) {
            Config expected = cases.list("cases").get(i);
            Config found = Json.parse("line", out.get(i).getBytes(UTF_8));
            assertEquals(ids(expected), ids(found));
            assertEquals("<|begin_of_text|>" + expected.text("prompt"), found.text("text"));
        }
    }

    @Test
    void withoutAddedTokensThoseInTheTextStillCount() throws IOException {
        Run run = lines("\"joint<|eot_id|>\"\n\"\\u00e9\\ud83d\\ude00\"", "--no-special");
        List<String> out = run.out().lines().toList();
        assertEquals("{\"ids\":[284,319],\"text\":\"joint<|eot_id|>\"}", out.getFirst());
        assertTrue(out.getLast().endsWith("\"text\":\"\u00e9\ud83d\ude00\"}"), out.getLast());
    }

    @Test
    void aLineThatIsNoJsonStringIsNamed() throws IOException {
        for (String wrong : new String[] {"x", "12", "\"a\" \"b\"", "", "[\"a\"]", "\"open"}) {
            Run run = lines("\"fine\"\n" + wrong + "\n\"fine\"\n");
            assertEquals(1, run.code());
            assertTrue(run.err().contains("lines.json: line 2 must be a JSON string"), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws IOException {
        Path file = Files.write(folder.resolve("latin.json"), new byte[] {'"', (byte) 0xE9, '"', '\n'});
        Run run = Run.tenon("tokenize", "--model", MODEL, "--lines", file.toString());
        assertEquals(1, run.code());
        assertTrue(run.err().contains("latin.json: isn't UTF-8"), run.err());
    }
}
