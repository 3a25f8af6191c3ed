package org.tenon.tokenizers.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.TenonException;
import org.tenon.tokenizers.HuggingFaceTokenizer;

class BrokenTokenizerJsonTest {
    private static final String VALID = """
            {"version": "1.0", "truncation": null,
             "added_tokens": [{"id": 3, "content": "<s>", "special": true, "normalized": false}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
               {"type": "Split", "pattern": {"Regex": "a+|b"}, "behavior": "Isolated", "invert": false},
               {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
             "post_processor": {"type": "TemplateProcessing", "single": [
               {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}},
             "decoder": {"type": "ByteLevel"},
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "byte_fallback": false,
               "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}
            """;

    @TempDir
    Path folder;

    @Test
    void theFileThatIsBrokenBelowIsRightAsItStands() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), VALID);
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder);
        assertEquals(4, tokenizer.size());
        assertEquals("[3, 0, 0, 1]", Arrays.toString(tokenizer.ids("aab", true)));
    }

    /** What is replaced, by what, where the error must point to, and a part of what it must say; an empty place is the file. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '~',
            value = {
                "\"version\": \"1.0\" ¦ \"version\": \"2.0\" ¦ $.version ¦ expected the version 1.0",
                "\"version\": \"1.0\" ¦ \"version\": 1 ¦ $.version ¦ expected a string, found 1",
                "\"version\": \"1.0\" ¦ \"model\": 5 ¦ $.model ¦ expected an object, found a number",
                "\"version\": \"1.0\" ¦ \"decoder\": null ¦ $ ¦ the name 'decoder' occurs twice",
                "\"a\": 0 ¦ \"a\": -1 ¦ $.model.vocab.a ¦ expected an id from 0 to 4194303, found -1",
                "\"a\": 0 ¦ \"a\": 4194304 ¦ $.model.vocab.a ¦ expected an id",
                "\"a\": 0 ¦ \"a\": 99999999999999999999 ¦ $.model.vocab.a ¦ expected an id",
                "\"a\": 0 ¦ \"a\": 0.5 ¦ $.model.vocab.a ¦ expected an id",
                "\"a\": 0 ¦ \"a\": \"0\" ¦ $.model.vocab.a ¦ expected an id",
                "\"a\": 0 ¦ \"a\": {} ¦ $.model.vocab.a ¦ expected an id",
                "\"a\": 0 ¦ \"a\": 1 ¦ $.model.vocab.b ¦ the id 1 belongs to another token",
                "\"a\": 0 ¦ \"a\": 0, \"a\": 7 ¦ $.model.vocab.a ¦ the token occurs twice",
                "[[\"a\", \"b\"]] ¦ [[\"a\", \"c\"]] ¦ $.model.merges[0] ¦ the token 'c' is not in the vocabulary",
                "[[\"a\", \"b\"]] ¦ [[\"b\", \"a\"]] ¦ $.model.merges[0] ¦ the token 'ba' is not in the vocabulary",
                "[[\"a\", \"b\"]] ¦ [\"a b\", \"ab\"] ¦ $.model.merges[1] ¦ expected two tokens with a space",
                "[[\"a\", \"b\"]] ¦ [\"a b c\"] ¦ $.model.merges[0] ¦ expected two tokens with a space",
                "[[\"a\", \"b\"]] ¦ [[\"a\"]] ¦ $.model.merges[0] ¦ expected two tokens",
                "[[\"a\", \"b\"]] ¦ [[\"a\", \"b\", \"c\"]] ¦ $.model.merges[0] ¦ expected two tokens",
                "[[\"a\", \"b\"]] ¦ [[\"a\", 1]] ¦ $.model.merges[0] ¦ expected two tokens",
                "[[\"a\", \"b\"]] ¦ [17] ¦ $.model.merges[0] ¦ expected a string or an array",
                "[[\"a\", \"b\"]] ¦ {} ¦ $.model ¦ needs 'vocab', an object, and 'merges', an array",
                "\"BPE\" ¦ \"Unigram\" ¦ $.model.type ¦ the model type 'Unigram' is not supported",
                "\"dropout\": null ¦ \"dropout\": 0.1 ¦ $.model.dropout ¦ random",
                "\"byte_fallback\": false ¦ \"byte_fallback\": true ¦ $.model.byte_fallback ¦ SentencePiece",
                "\"byte_fallback\": false ¦ \"byte_fallback\": 1 ¦ $.model.byte_fallback ¦ expected true or false, found 1",
                "\"unk_token\": null ¦ \"unk_token\": 5 ¦ $.model.unk_token ¦ expected a string, found 5",
                "\"unk_token\": null ¦ \"end_of_word_suffix\": \"</w>\" ¦ $.model.end_of_word_suffix ¦ not supported",
                "\"id\": 3 ¦ \"id\": 3000000000 ¦ $.added_tokens[0].id ¦ expected a whole number from 0",
                "\"id\": 3 ¦ \"id\": -3 ¦ $.added_tokens[0].id ¦ expected a whole number from 0",
                "\"id\": 3, ¦ ¦ $.added_tokens[0] ¦ the field 'id' is missing",
                "\"special\": true ¦ \"special\": \"yes\" ¦ $.added_tokens[0].special ¦ expected true or false, found the string 'yes'",
                "\"<s>\", \"special\" ¦ 5, \"special\" ¦ $.added_tokens[0].content ¦ expected a string",
                "\"<s>\", \"special\" ¦ \"\\ud800\", \"special\" ¦ $.added_tokens[0].content ¦ half a surrogate pair",
                "\"type\": \"NFC\" ¦ \"type\": \"Precompiled\" ¦ $.normalizer.normalizers[0].type ¦ the normalizer 'Precompiled' is not supported",
                "\"type\": \"NFC\" ¦ \"form\": \"NFC\" ¦ $.normalizer.normalizers[0] ¦ the field 'type' is missing",
                "a+|b ¦ (a ¦ $.pre_tokenizer.pretokenizers[0].pattern.Regex ¦ an unclosed group",
                "a+|b ¦ [b-a] ¦ $.pre_tokenizer.pretokenizers[0].pattern.Regex ¦ a range whose end lies before its start",
                "a+|b ¦ \\\\p{Nonsense} ¦ $.pre_tokenizer.pretokenizers[0].pattern.Regex ¦ the class 'nonsense' is unknown",
                "a+|b ¦ (?:(?:ab){1000}){1000} ¦ $.pre_tokenizer.pretokenizers[0].pattern.Regex ¦ too large",
                "\"Isolated\" ¦ \"Shredded\" ¦ $.pre_tokenizer.pretokenizers[0].behavior ¦ found 'Shredded'",
                "\"type\": \"Split\" ¦ \"type\": \"Metaspace\" ¦ $.pre_tokenizer.pretokenizers[0].type ¦ the pre-tokenizer 'Metaspace' is not supported",
                "\"type\": \"Split\" ¦ \"type\": \"ByteLevel\" ¦ $.pre_tokenizer.pretokenizers[0] ¦ a ByteLevel that isn't the last",
                "\"pretokenizers\": [ ¦ \"pretokenizers\": 3, \"x\": [ ¦ $.pre_tokenizer.pretokenizers ¦ expected an array, found 3",
                "\"pre_tokenizer\": ¦ \"other\": ¦ $.pre_tokenizer ¦ SentencePiece-style tokenizers are not supported yet",
                "\"TemplateProcessing\" ¦ \"BertProcessing\" ¦ $.post_processor.type ¦ the post-processor 'BertProcessing' is not supported",
                "\"id\": \"A\" ¦ \"id\": \"B\" ¦ $.post_processor.single[1].Sequence.id ¦ expected A",
                "\"special_tokens\": {\"<s>\" ¦ \"special_tokens\": {\"x\" ¦ $.post_processor.single[0].SpecialToken.id ¦ not among special_tokens",
                "\"ids\": [3] ¦ \"ids\": [-3] ¦ $.post_processor.special_tokens.<s>.ids[0] ¦ expected a whole number",
                "\"decoder\": {\"type\": \"ByteLevel\" ¦ \"decoder\": {\"type\": \"WordPiece\" ¦ $.decoder.type ¦ the decoder 'WordPiece' is not supported",
                "\"truncation\": null, ¦ \"truncation\": null,, ¦ ¦ not valid JSON",
                "\"truncation\": null ¦ \"truncation\": NaN ¦ ¦ not valid JSON",
            })
    void whatIsWrongIsNamedWithItsPlace(String part, String replacement, String place, String message)
            throws IOException {
        assertTrue(VALID.contains(part), "the test's own replacement");
        String broken = VALID.replace(part, replacement == null ? "" : replacement);
        String error = refused(broken.getBytes(StandardCharsets.UTF_8));
        assertTrue(error.contains("tokenizer.json: " + (place == null ? "" : place + ": ")), error);
        assertTrue(error.contains(message), error);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] valid = VALID.strip().getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < valid.length; length += 23) {
            refused(Arrays.copyOf(valid, length));
        }
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        String deep = "[".repeat(1_000_000);
        assertTrue(refused(("{\"x\": " + deep).getBytes(StandardCharsets.UTF_8)).contains("beyond the limits"));
        String nested = "{\"type\": \"Sequence\", \"pretokenizers\": [".repeat(100_000);
        refused(("{\"pre_tokenizer\": " + nested).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFileBeyondTheLimitIsRefusedUnread() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        TenonException e = assertTimeoutPreemptively(
                Duration.ofSeconds(1),
                () -> assertThrows(TenonException.class, () -> HuggingFaceTokenizer.load(folder)));
        assertTrue(e.getMessage().contains("more than the 536,870,912 that are read"), e.getMessage());
    }

    @Test
    void tokensWhoseHashesAreEqualDoNotSlowTheVocabularyDown() throws IOException {
        // "Aa" and "BB" have the same hash in Java, and so have all strings of such pairs.
        String vocabulary = IntStream.range(0, 1 << 16)
                .mapToObj(i -> "\"" + pairs(i) + "\": " + i)
                .collect(Collectors.joining(", "));
        String json = VALID.replace("\"a\": 0, \"b\": 1, \"ab\": 2", vocabulary);
        assertTrue(refused(json.getBytes(StandardCharsets.UTF_8)).contains("is not in the vocabulary"));
    }

    private static String pairs(int bits) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            result.append((bits >> i & 1) == 0 ? "Aa" : "BB");
        }
        return result.toString();
    }

    @Test
    void aPatternOfManyClassesIsRefusedOrCompiledAtOnce() throws IOException {
        String classes =
                IntStream.range(0, 20_000).mapToObj(i -> "[\\\\p{L}x" + i + "]").collect(Collectors.joining());
        String message = refused(VALID.replace("a+|b", classes).getBytes(StandardCharsets.UTF_8));
        assertTrue(message.contains("more than 16384 characters"), message);
    }

    @Test
    void otherFilesAreReadWithTheSameCare() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), VALID);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": 7}");
        assertTrue(error().contains("tokenizer_config.json: $.bos_token: expected a string, found 7"), error());
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": [{\"name\": \"default\"}]}");
        assertTrue(
                error().contains("tokenizer_config.json: $.chat_template[0]: the field 'template' is missing"),
                error());
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
        Files.write(folder.resolve("chat_template.jinja"), new byte[] {(byte) 0xff, 0x20});
        assertTrue(error().contains("chat_template.jinja: the file is not UTF-8"), error());
    }

    private String refused(byte[] json) throws IOException {
        Files.write(folder.resolve("tokenizer.json"), json);
        // well under a second on an idle machine
        return assertTimeoutPreemptively(Duration.ofSeconds(5), this::error);
    }

    private String error() {
        return String.valueOf(assertThrows(TenonException.class, () -> HuggingFaceTokenizer.load(folder))
                .getMessage());
    }
}
