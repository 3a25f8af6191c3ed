package org.tenon.models.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.assertRefusedAtOnce;
import static org.tenon.models.checkpoint.Fixtures.resource;
import static org.tenon.models.checkpoint.Fixtures.write;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;

class JsonTest {
    @TempDir
    Path folder;

    private static Config parse(String json) {
        return Json.parse("config.json", json.getBytes(UTF_8));
    }

    @Test
    void everyKindOfValueIsRead() {
        Config config = parse("""
                {"text": "Grüße \\ud83d\\ude00", "whole": 32, "point": 2.0, "small": 1e-5, "huge": 1000000000000000019884624838656,
                 "flag": true, "off": false, "nothing": null, "list": [1, [], {}], "child": {"a": {"b": -1}}}
                """);
        assertEquals("Grüße 😀", config.text("text"));
        assertEquals(32, config.integer("whole"));
        assertEquals(2, config.integer("point"));
        assertEquals(1e-5, config.decimal("small"));
        assertEquals(
                new BigInteger("1000000000000000019884624838656"),
                config.child("huge").asNumber());
        assertTrue(config.flag("flag"));
        assertEquals(Config.Kind.NULL, Config.nothing().kind());
        assertEquals(List.of(Config.of("", 1), Config.of("", List.of()), Config.object()), config.list("list"));
        assertEquals(-1, config.child("child").child("a").integer("b"));
    }

    /** Published configurations of Mamba 2 hold it: Python writes it so. */
    @Test
    void infinityIsReadAndWrittenAsPythonDoes() {
        Config config = parse("{\"time_step_limit\": [0.0, Infinity, -Infinity]}");
        assertEquals(
                List.of(0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY),
                config.list("time_step_limit").stream().map(Config::asNumber).toList());
        assertEquals(config, parse(Json.text(config)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "empty | '' | it ends where a value should stand",
                "white space | '  ' | it ends where a value should stand",
                "cut | '{\"a\": [1, ' | (line 1, column",
                "two documents | '{} {}' | more text after the end (line 1",
                "a comment | '{} // done' | (line 1, column",
                "a trailing comma | '[1,]' | (line 1, column 4)",
                "no quotes | '{a: 1}' | (line 1, column 2)",
                "a key twice | '{\"a\": 1, \"b\": 2, \"a\": 1}' | the key \"a\" stands there twice",
                "a null key twice | '{\"a\": null, \"a\": null}' | the key \"a\" stands there twice",
                "NaN | '{\"a\": NaN}' | NaN is no number (line 1",
                "a number above every double | '{\"a\": 1e999}' | the number 1e999 is too large",
                "a number below every double | '{\"a\": -1e999}' | the number -1e999 is too large",
                "a leading zero | '[007]' | (line 1, column",
                "a plus sign | '[+1]' | (line 1, column",
                "hexadecimal | '[0x10]' | (line 1, column",
                "half a surrogate pair | '[\"\\udc00\"]' | surrogate pair",
                "a word | 'nothing' | (line 1, column",
            })
    void whatIsNotStrictJsonIsRefused(String what, String json, String message) {
        assertRefused(() -> parse(json), "config.json: isn't valid JSON: ", message);
    }

    @Test
    void depthIsLimitedBeforeAStackIs() {
        String deep = "[".repeat(64) + "]".repeat(64);
        assertEquals(
                64,
                Json.text(parse(deep))
                        .chars()
                        .filter(character -> character == '[')
                        .count());
        for (int depth : new int[] {66, 1_000, 1_000_000}) {
            assertRefusedAtOnce(() -> parse("[".repeat(depth)), "nested more than 64 levels deep");
            assertRefused(() -> parse("{\"a\":".repeat(depth)), "nested more than 64 levels deep");
        }
    }

    @Test
    void longNumbersAndWhatIsNotUtf8AreRefused() {
        assertRefused(() -> parse("[" + "1".repeat(2_000) + "]"), "config.json", "Number");
        assertRefused(() -> parse("[0." + "1".repeat(2_000) + "]"), "config.json", "Number");
        byte[] latin = {'"', (byte) 0xE9, '"'};
        assertRefused(() -> Json.parse("config.json", latin), "config.json", "isn't UTF-8");
        byte[] utf16 = "{\"a\": 1}".getBytes(java.nio.charset.StandardCharsets.UTF_16);
        assertRefused(() -> Json.parse("config.json", utf16), "config.json", "isn't UTF-8");
    }

    @Test
    void filesThatAreMissingOrTooLargeOrNoFilesAreRefused() {
        Path file = folder.resolve("config.json");
        assertRefused(() -> Json.read(file), file.toString(), "doesn't exist");
        assertRefused(() -> Json.read(folder), folder.toString(), "isn't a file");
        write(file, "[1, 2, 3]");
        assertEquals(3, Json.read(file, 9).asList().size());
        assertRefused(() -> Json.read(file, 8), file.toString(), "has 9 bytes, more than the 8");
    }

    @Test
    void whatIsWrittenReadsBackEqualAndLooksAsPythonWritesIt() throws IOException {
        Config config = parse("{\"a\":{\"b\":[1,2.5,-3e-7],\"c\":[],\"d\":{}},\"big\":123456789012345678901234567890,"
                + "\"e\":null,\"f\":\"ß\\u0001\\\"\",\"g\":false}");
        Path file = folder.resolve("written.json");
        Json.write(file, config);
        assertEquals(config, Json.read(file));
        assertEquals("""
                {
                  "a": {
                    "b": [
                      1,
                      2.5,
                      -3.0E-7
                    ],
                    "c": [],
                    "d": {}
                  },
                  "big": 123456789012345678901234567890,
                  "e": null,
                  "f": "ß\\u0001\\"",
                  "g": false
                }
                """, Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void publishedConfigurationsReadBackEqual() throws IOException {
        try (Stream<Path> goldens = Files.list(resource("goldens"))) {
            List<Path> configs =
                    goldens.map(golden -> golden.resolve("config.json")).toList();
            assertTrue(configs.size() >= 8);
            for (Path config : configs) {
                assertEquals(
                        Json.read(config),
                        Json.parse("copy", Json.text(Json.read(config)).getBytes(UTF_8)));
                String golden = config.getParent().getFileName().toString();
                String type = Json.read(config).text("model_type").replace('_', '-');
                assertTrue(golden.startsWith(type + "-"), golden);
            }
        }
    }

    @Test
    void aFaultInAFileNamesFileAndPath() {
        Path file = write(folder.resolve("config.json"), "{\"rope\": {\"factors\": [1, \"two\"]}}");
        InvalidConfig refusal = (InvalidConfig) assertRefused(
                () -> Json.read(file).child("rope").list("factors").get(1).asDecimal(),
                "rope.factors[1] must be a finite number, but is \"two\"");
        assertTrue(refusal.getMessage().startsWith(file + ": "));
    }
}
