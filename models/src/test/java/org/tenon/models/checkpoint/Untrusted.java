package org.tenon.models.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.tenon.api.InvalidConfig;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;

/**
 * The three kinds of text that come from outside, each with a valid example and the law that holds for any bytes: they are
 * read, and then all is as it should be, or they are refused with an error of Tenon's own.
 */
record Untrusted(String name, List<String> example, Consumer<byte[]> law) {
    /** The header of safetensors, before 8 bytes of data. */
    static final Untrusted HEADER = of(
            "header",
            "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"U8\",\"shape\":[2,1],\"data_offsets\":[0,2]},"
                    + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[2,8]}}",
            Untrusted::header);

    static final Untrusted INDEX = of(
            "index",
            "{\"metadata\":{\"total_size\":12},\"weight_map\":{\"a\":\"x.safetensors\",\"b\":\"y.safetensors\"}}",
            Untrusted::index);

    static final Untrusted CONFIG = of(
            "config",
            "{\"a\":[1,2.5,-3e-7,Infinity],\"b\":{\"c\":null,\"d\":\"text\"},\"e\":true,"
                    + "\"f\":{\"g\":10000.0,\"h\":[\"x\",\"y\"]}}",
            Untrusted::configuration);

    static final List<Untrusted> ALL = List.of(HEADER, INDEX, CONFIG);

    /** What edits put into a text: everything that JSON is made of, and what its readers stumble over. */
    static final List<String> TOKENS = List.of(
            "",
            "{",
            "}",
            "[",
            "]",
            "{}",
            "[]",
            ",",
            ":",
            "null",
            "true",
            "\"\"",
            "\"a\"",
            "0",
            "1",
            "8",
            "-1",
            "-0",
            "0.5",
            "2.0",
            "1e3",
            "1e999",
            "-Infinity",
            "NaN",
            "4294967296",
            "9223372036854775807",
            "9223372036854775808",
            "123456789012345678901234567890",
            "\"F32\"",
            "\"F4\"",
            "\"C64\"",
            "\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"__metadata__\"",
            "\"weight_map\"",
            "\"..\"",
            "\"a/b\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"é😀\"",
            "\t",
            "\u0000",
            "/**/");

    private static final List<Consumer<Config>> QUESTIONS = List.of(
            Config::asInteger,
            Config::asPositive,
            node -> node.asWhole(0, Long.MAX_VALUE),
            Config::asDecimal,
            Config::asNumber,
            Config::asFlag,
            Config::asText,
            Config::asList,
            Config::keys,
            node -> node.child("a"),
            node -> node.integer("b", 1));

    private static final Path FILE = Path.of("fuzzed");
    private static final int DATA_BYTES = 8;

    private static Untrusted of(String name, String example, Consumer<byte[]> law) {
        List<String> tokens = Pattern.compile("\"[^\"]*\"|[\\w.+-]+|[^\\s]")
                .matcher(example)
                .results()
                .map(MatchResult::group)
                .toList();
        return new Untrusted(name, tokens, law);
    }

    /**
     * Reads bytes; fails when anything but an error of Tenon's own comes out, or when what is accepted breaks a law.
     *
     * @return whether they were accepted
     */
    boolean read(byte[] json) {
        try {
            law.accept(json);
            return true;
        } catch (TenonException refused) {
            if (refused.getMessage().length() > 10_000) {
                throw new AssertionError("a message repeats the file", refused);
            }
            return false;
        }
    }

    /** Puts a token in the place of some others. */
    static void edit(List<String> tokens, int from, int replaced, String token) {
        tokens.subList(from, Math.min(tokens.size(), from + replaced)).clear();
        tokens.add(from, token);
    }

    static byte[] bytes(List<String> tokens) {
        return String.join("", tokens).getBytes(StandardCharsets.UTF_8);
    }

    /** What is accepted lies within the file, without gaps. */
    private static void header(byte[] json) {
        long end = 8L + json.length;
        for (StoredTensor tensor :
                SafetensorsHeader.parse(FILE, json, DATA_BYTES).tensors().values()) {
            if (tensor.offset() != end
                    || tensor.bytes() * 8 != tensor.elements() * tensor.type().bits()) {
                throw new AssertionError("accepted: " + tensor);
            }
            end += tensor.bytes();
        }
        if (end != 8L + json.length + DATA_BYTES) {
            throw new AssertionError("accepted, though the tensors end at " + end);
        }
    }

    /** What is accepted names files of the index's own folder. */
    private static void index(byte[] json) {
        for (Path shard : ShardIndex.of(FILE, Json.parse("fuzzed", json)).shards()) {
            if (shard.getNameCount() != 1 || !shard.normalize().equals(shard)) {
                throw new AssertionError("accepted: " + shard);
            }
        }
    }

    /** What is read can be written, and reads back equal. */
    private static void configuration(byte[] json) {
        Config config = Json.parse("fuzzed", json);
        Config again = Json.parse("again", Json.text(config).getBytes(StandardCharsets.UTF_8));
        if (!again.equals(config)) {
            throw new AssertionError("changed by writing: " + config);
        }
        askEverything(config);
    }

    /** Whatever is asked of whatever node: an answer, or an error of Tenon's own. */
    private static void askEverything(Config node) {
        for (Consumer<Config> question : QUESTIONS) {
            try {
                question.accept(node);
            } catch (InvalidConfig refused) {
                if (!refused.getMessage().contains(" must be ")) {
                    throw new AssertionError("no expectation in the message", refused);
                }
            }
        }
        switch (node.kind()) {
            case OBJECT -> node.keys().forEach(key -> node.optional(key).ifPresent(Untrusted::askEverything));
            case LIST -> node.asList().forEach(Untrusted::askEverything);
            default -> {}
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
