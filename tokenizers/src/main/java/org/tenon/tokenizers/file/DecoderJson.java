package org.tenon.tokenizers.file;

import java.util.ArrayList;
import java.util.List;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.pipeline.TokenBytes.Decoding;

/** The section {@code decoder}. */
final class DecoderJson {
    private DecoderJson() {}

    static Decoding read(JsonValue json) {
        List<JsonValue> parts = new ArrayList<>();
        flatten(json, parts);
        boolean byteLevel = false;
        for (JsonValue part : parts) {
            JsonValue type = part.field("type");
            switch (type.string()) {
                case "ByteLevel" -> {
                    if (part != parts.getFirst()) {
                        throw type.unsupported("a ByteLevel that isn't the first decoder is not supported");
                    }
                    byteLevel = true;
                }
                // Tokens are put together without a space anyway.
                case "Fuse" -> {}
                default ->
                    throw type.unsupported("the decoder '%s' is not supported; ByteLevel, Fuse and Sequence are"
                            .formatted(type.string()));
            }
        }
        return byteLevel ? Decoding.BYTE_LEVEL : Decoding.PLAIN;
    }

    private static void flatten(JsonValue json, List<JsonValue> parts) {
        if (json.field("type").string().equals("Sequence")) {
            json.field("decoders").list().forEach(part -> flatten(part, parts));
        } else {
            parts.add(json);
        }
    }
}
