package org.tenon.tokenizers.file;

import java.util.ArrayList;
import java.util.List;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.regex.RegexCompiler;
import org.tenon.tokenizers.split.Delimiter;
import org.tenon.tokenizers.split.PreTokenizer;
import org.tenon.tokenizers.split.Splitter;

/** The section {@code pre_tokenizer}: any number of splits, and a ByteLevel at the end. */
final class PreTokenizerJson {
    static final String NOT_BYTE_LEVEL =
            "expected a pre-tokenizer that is, or ends with, ByteLevel; SentencePiece-style tokenizers are not supported yet";

    private static final int MAX_PARTS = 64;
    /** What ByteLevel splits by with {@code use_regex}: GPT-2's {@code encoder.py}. */
    private static final String GPT_2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private PreTokenizerJson() {}

    static PreTokenizer read(JsonValue json, RegexCompiler patterns) {
        List<JsonValue> parts = new ArrayList<>();
        flatten(json, parts);
        if (parts.size() > MAX_PARTS) {
            throw json.error("more than " + MAX_PARTS + " pre-tokenizers");
        }
        if (parts.isEmpty() || !type(parts.getLast()).equals("ByteLevel")) {
            throw json.unsupported(NOT_BYTE_LEVEL);
        }
        JsonValue byteLevel = parts.removeLast();
        List<Splitter> splitters =
                parts.stream().map(part -> splitter(part, patterns)).toList();
        List<Splitter> last = byteLevel.flag("use_regex", true)
                ? List.of(new Splitter.AtPattern(patterns.compile(GPT_2), Delimiter.ISOLATED, false))
                : List.of();
        return new PreTokenizer(splitters, byteLevel.field("add_prefix_space").bool(), last);
    }

    private static void flatten(JsonValue json, List<JsonValue> parts) {
        if (type(json).equals("Sequence")) {
            json.field("pretokenizers").list().forEach(part -> flatten(part, parts));
        } else {
            parts.add(json);
        }
    }

    private static String type(JsonValue json) {
        return json.field("type").string();
    }

    private static Splitter splitter(JsonValue json, RegexCompiler patterns) {
        return switch (type(json)) {
            case "Split" ->
                new Splitter.AtPattern(
                        PatternJson.read(json.field("pattern"), patterns),
                        delimiter(json.field("behavior")),
                        json.flag("invert", false));
            case "Digits" -> new Splitter.Digits(json.flag("individual_digits", false));
            case "ByteLevel" ->
                throw json.unsupported("a ByteLevel that isn't the last pre-tokenizer is not supported");
            default ->
                throw json.field("type")
                        .unsupported(
                                "the pre-tokenizer '%s' is not supported; Split, Digits, ByteLevel and Sequence are"
                                        .formatted(type(json)));
        };
    }

    private static Delimiter delimiter(JsonValue json) {
        return switch (json.string()) {
            case "Removed" -> Delimiter.REMOVED;
            case "Isolated" -> Delimiter.ISOLATED;
            case "MergedWithPrevious" -> Delimiter.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> Delimiter.MERGED_WITH_NEXT;
            case "Contiguous" -> Delimiter.CONTIGUOUS;
            default ->
                throw json.error(
                        "expected Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous, found '%s'"
                                .formatted(json.string()));
        };
    }
}
