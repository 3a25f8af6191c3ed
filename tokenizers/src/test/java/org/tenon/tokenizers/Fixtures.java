package org.tenon.tokenizers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The tokenizers that {@code make_tokenizer_fixtures.py} trained, with what the reference makes of some texts. */
final class Fixtures {
    static final List<String> NAMES = List.of(
            "gpt2",
            "llama3",
            "qwen",
            "gpt4o",
            "deepseek",
            "prefix-and-trim",
            "trim-and-template",
            "nfd",
            "nfkc-lowercase",
            "nfkd-replace",
            "digits",
            "digit-runs",
            "merged-with-previous",
            "merged-with-next",
            "contiguous",
            "removed",
            "inverted",
            "unknown",
            "fused-unknown",
            "fused-decoder",
            "plain-decoder");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    static JsonNode read(String name) {
        try (InputStream resource = Fixtures.class.getResourceAsStream("fixtures/" + name + ".json.gz");
                InputStream in = new GZIPInputStream(Objects.requireNonNull(resource, name))) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fixture's tokenizer, loaded from a file in a folder. */
    static HuggingFaceTokenizer load(String name, Path folder) {
        return load(read(name).get("tokenizer"), folder);
    }

    static HuggingFaceTokenizer load(JsonNode tokenizer, Path folder) {
        try {
            JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
            return HuggingFaceTokenizer.load(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static HuggingFaceTokenizer load(String name) {
        try {
            Path folder = Files.createTempDirectory("tokenizer");
            try {
                return load(name, folder);
            } finally {
                Files.delete(folder.resolve("tokenizer.json"));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
