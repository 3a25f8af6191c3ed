package org.tenon.tokenizers.file;

import java.util.List;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.normalize.Normalizer;
import org.tenon.tokenizers.normalize.UnicodeForm;
import org.tenon.tokenizers.regex.RegexCompiler;

/** The section {@code normalizer}. */
final class NormalizerJson {
    private NormalizerJson() {}

    static Normalizer read(JsonValue json, RegexCompiler patterns) {
        JsonValue type = json.field("type");
        return switch (type.string()) {
            case "Sequence" -> {
                List<Normalizer> parts = json.field("normalizers").list().stream()
                        .map(part -> read(part, patterns))
                        .toList();
                yield new Normalizer.Chain(parts);
            }
            case "NFC" -> new Normalizer.Unicode(UnicodeForm.NFC);
            case "NFD" -> new Normalizer.Unicode(UnicodeForm.NFD);
            case "NFKC" -> new Normalizer.Unicode(UnicodeForm.NFKC);
            case "NFKD" -> new Normalizer.Unicode(UnicodeForm.NFKD);
            case "Lowercase" -> new Normalizer.Lowercase();
            case "Prepend" -> new Normalizer.Prepend(json.field("prepend").string());
            case "Replace" ->
                new Normalizer.Replace(
                        PatternJson.read(json.field("pattern"), patterns),
                        json.field("content").string());
            default ->
                throw type.unsupported(
                        "the normalizer '%s' is not supported; NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace and Sequence are"
                                .formatted(type.string()));
        };
    }
}
