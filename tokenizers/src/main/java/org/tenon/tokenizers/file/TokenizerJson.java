package org.tenon.tokenizers.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tenon.tokenizers.bpe.BytePairModel;
import org.tenon.tokenizers.json.JsonFile;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.json.TreeReader;
import org.tenon.tokenizers.normalize.Normalizer;
import org.tenon.tokenizers.pipeline.PostProcessor;
import org.tenon.tokenizers.pipeline.TokenBytes;
import org.tenon.tokenizers.regex.RegexCompiler;
import org.tenon.tokenizers.split.PreTokenizer;

/**
 * Reads {@code tokenizer.json}, the format of Hugging Face's {@code tokenizers} 0.23. The vocabulary and the merges, which are
 * large, are read as they come; the rest, which is small, as a tree. {@code truncation} and {@code padding} are passed over: they
 * are a caller's business.
 */
public final class TokenizerJson {
    private static final long MAX_BYTES = 512L << 20;

    private final JsonFile file;
    private final Map<String, JsonValue> sections = new HashMap<>();
    private @Nullable ModelJson model;

    private TokenizerJson(JsonFile file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @param path the file
     * @return what it says
     * @throws org.tenon.api.TenonException if it is broken, or asks for what isn't supported; the message names the file and
     *     the place
     */
    public static TokenizerParts read(Path path) {
        return JsonFile.read(path, MAX_BYTES, (parser, file) -> new TokenizerJson(file).read(parser));
    }

    private TokenizerParts read(JsonParser parser) throws IOException {
        file.expect(parser, JsonToken.START_OBJECT, "$");
        TreeReader trees = new TreeReader(file);
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (!seen.add(name)) {
                throw file.error("$", "the name '" + name + "' occurs twice");
            }
            switch (name) {
                case "model" -> model = new ModelJson(file, parser, trees);
                case "version", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder" ->
                    sections.put(name, trees.read(parser, "$." + name));
                default -> parser.skipChildren();
            }
        }
        return parts();
    }

    private TokenizerParts parts() {
        Optional<JsonValue> version = section("version");
        if (version.isPresent() && !version.get().string().equals("1.0")) {
            throw version.get().error("expected the version 1.0, the only one there is");
        }
        if (model == null) {
            throw file.error("$", "the field 'model' is missing");
        }
        RegexCompiler patterns = new RegexCompiler();
        BytePairModel bytePairs = model.build();
        Normalizer normalizer = section("normalizer")
                .map(json -> NormalizerJson.read(json, patterns))
                .orElse(new Normalizer.Chain(List.of()));
        PreTokenizer preTokenizer = section("pre_tokenizer")
                .map(json -> PreTokenizerJson.read(json, patterns))
                .orElseThrow(() -> file.error("$.pre_tokenizer", PreTokenizerJson.NOT_BYTE_LEVEL));
        PostProcessor postProcessor = section("post_processor")
                .map(json -> PostProcessorJson.read(json, bytePairs.vocabulary()))
                .orElse(new PostProcessor.Chain(List.of()));
        TokenBytes.Decoding decoding = section("decoder").map(DecoderJson::read).orElse(TokenBytes.Decoding.SPACED);
        AddedTokensJson added = new AddedTokensJson(bytePairs.vocabulary(), normalizer);
        section("added_tokens").ifPresent(added::read);
        return new TokenizerParts(
                bytePairs,
                normalizer,
                preTokenizer,
                postProcessor,
                decoding,
                added.tokens(),
                added.raw(),
                added.normalized(),
                added.spellings());
    }

    private Optional<JsonValue> section(String name) {
        return Optional.ofNullable(sections.get(name)).filter(json -> !json.isNull());
    }
}
