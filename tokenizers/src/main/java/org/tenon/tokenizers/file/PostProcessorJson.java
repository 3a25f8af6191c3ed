package org.tenon.tokenizers.file;

import java.util.List;
import org.tenon.tokenizers.bpe.Vocabulary;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.pipeline.PostProcessor;

/** The section {@code post_processor}. */
final class PostProcessorJson {
    private PostProcessorJson() {}

    static PostProcessor read(JsonValue json, Vocabulary vocabulary) {
        JsonValue type = json.field("type");
        return switch (type.string()) {
            case "Sequence" ->
                new PostProcessor.Chain(json.field("processors").list().stream()
                        .map(part -> read(part, vocabulary))
                        .toList());
            case "ByteLevel" ->
                json.field("trim_offsets").bool()
                        ? new PostProcessor.TrimOffsets(
                                vocabulary, json.field("add_prefix_space").bool())
                        : new PostProcessor.Chain(List.of());
            case "TemplateProcessing" -> template(json);
            default ->
                throw type.unsupported(
                        "the post-processor '%s' is not supported; TemplateProcessing, ByteLevel and Sequence are"
                                .formatted(type.string()));
        };
    }

    /** Only {@code single} counts: pairs of texts are for models that compare them. */
    private static PostProcessor template(JsonValue json) {
        JsonValue tokens = json.field("special_tokens");
        return new PostProcessor.Template(json.field("single").list().stream()
                .map(piece -> piece(piece, tokens))
                .toList());
    }

    private static PostProcessor.Piece piece(JsonValue json, JsonValue tokens) {
        if (json.optional("Sequence").isPresent()) {
            JsonValue id = json.field("Sequence").field("id");
            if (!id.string().equals("A")) {
                throw id.error("expected A: a single text has no other sequence");
            }
            return new PostProcessor.Piece.Text();
        }
        JsonValue name = json.field("SpecialToken").field("id");
        if (!tokens.names().contains(name.string())) {
            throw name.error("the token '" + name.string() + "' is not among special_tokens");
        }
        return new PostProcessor.Piece.Ids(tokens.field(name.string()).field("ids").list().stream()
                .map(id -> id.integer(0, ModelJson.MAX_ID))
                .toList());
    }
}
