package org.tenon.tokenizers.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerConfigTest {
    @TempDir
    Path folder;

    @Test
    void nothingIsNeeded() {
        assertEquals(new TokenizerConfig(Map.of(), Optional.empty()), TokenizerConfig.read(folder));
    }

    @Test
    void specialTokensAreStringsOrObjects() throws IOException {
        write("tokenizer_config.json", """
                {"bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": false}, "eos_token": "</s>",
                 "unk_token": null, "add_bos_token": true, "image_token": "<img>", "clean_up_tokenization_spaces": true}
                """);
        assertEquals(
                Map.of("bos_token", "<s>", "eos_token", "</s>", "image_token", "<img>"),
                TokenizerConfig.read(folder).specialTokens());
    }

    @Test
    void theConfigurationOverridesTheSpecialTokensMap() throws IOException {
        write("special_tokens_map.json", "{\"bos_token\": \"<a>\", \"eos_token\": {\"content\": \"<b>\"}}");
        write("tokenizer_config.json", "{\"bos_token\": \"<c>\"}");
        assertEquals(
                Map.of("bos_token", "<c>", "eos_token", "<b>"),
                TokenizerConfig.read(folder).specialTokens());
    }

    @Test
    void aTemplateIsAStringOrTheDefaultOfAList() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"one\"}");
        assertEquals(Optional.of("one"), TokenizerConfig.read(folder).chatTemplate());
        write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"x\"}, {\"name\": \"default\", \"template\": \"two\"}]}");
        assertEquals(Optional.of("two"), TokenizerConfig.read(folder).chatTemplate());
    }

    @Test
    void aTemplateFileComesFirst() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"one\"}");
        write("chat_template.jinja", "three");
        assertEquals(Optional.of("three"), TokenizerConfig.read(folder).chatTemplate());
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }
}
