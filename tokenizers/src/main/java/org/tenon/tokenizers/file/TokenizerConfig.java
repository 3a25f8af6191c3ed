package org.tenon.tokenizers.file;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.TenonException;
import org.tenon.tokenizers.json.JsonFile;
import org.tenon.tokenizers.json.JsonValue;

/**
 * What stands beside {@code tokenizer.json}: the names of special tokens and the chat template, in {@code
 * tokenizer_config.json}, {@code special_tokens_map.json} and {@code chat_template.jinja}. Each may be missing.
 *
 * <p>As in Transformers 5, {@code add_bos_token}, {@code add_eos_token} and {@code clean_up_tokenization_spaces} change nothing
 * where there is a {@code tokenizer.json}.
 *
 * @param specialTokens the special tokens by name, such as {@code bos_token}
 * @param chatTemplate the chat template
 */
public record TokenizerConfig(Map<String, String> specialTokens, Optional<String> chatTemplate) {
    private static final Set<String> NAMED =
            Set.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");
    private static final long MAX_BYTES = 64L << 20;
    private static final int MAX_TEMPLATE_BYTES = 1 << 20;

    /**
     * Reads what there is.
     *
     * @param directory the folder of the tokenizer
     * @return the configuration
     * @throws TenonException if a file is broken
     */
    public static TokenizerConfig read(Path directory) {
        Map<String, String> tokens = new HashMap<>();
        Optional<String> template = Optional.empty();
        Path map = directory.resolve("special_tokens_map.json");
        if (Files.exists(map)) {
            readTokens(JsonFile.tree(map, MAX_BYTES), tokens);
        }
        Path config = directory.resolve("tokenizer_config.json");
        if (Files.exists(config)) {
            JsonValue json = JsonFile.tree(config, MAX_BYTES);
            readTokens(json, tokens);
            template = json.optional("chat_template").flatMap(TokenizerConfig::template);
        }
        Path jinja = directory.resolve("chat_template.jinja");
        if (Files.exists(jinja)) {
            template = Optional.of(text(jinja));
        }
        return new TokenizerConfig(Map.copyOf(tokens), template);
    }

    private static void readTokens(JsonValue json, Map<String, String> tokens) {
        for (String name : json.names()) {
            Optional<JsonValue> token = json.optional(name);
            boolean named = NAMED.contains(name);
            // Models have more of them, such as image_token, and a few options whose names end alike.
            boolean further = name.endsWith("_token")
                    && token.filter(value -> value.isString() || value.isObject())
                            .isPresent();
            if (named || further) {
                token.ifPresent(value -> tokens.put(
                        name, value.isObject() ? value.field("content").string() : value.string()));
            }
        }
    }

    /** A template, or a list of named ones, of which "default" counts. */
    private static Optional<String> template(JsonValue json) {
        if (json.isString()) {
            return Optional.of(json.string());
        }
        return json.list().stream()
                .filter(named -> named.field("name").string().equals("default"))
                .findFirst()
                .map(named -> named.field("template").string());
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > MAX_TEMPLATE_BYTES) {
                throw new TenonException(
                        "%s: a chat template of more than %,d bytes".formatted(file, MAX_TEMPLATE_BYTES));
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new TenonException(file + ": the file is not UTF-8", e);
        } catch (IOException e) {
            throw new TenonException(file + ": the file can't be read: " + e, e);
        }
    }
}
