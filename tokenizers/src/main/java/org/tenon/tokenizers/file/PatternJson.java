package org.tenon.tokenizers.file;

import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.regex.PatternException;
import org.tenon.tokenizers.regex.Regex;
import org.tenon.tokenizers.regex.RegexCompiler;

/** A pattern: {@code {"Regex": ...}} or {@code {"String": ...}}. */
final class PatternJson {
    private PatternJson() {}

    static Regex read(JsonValue json, RegexCompiler patterns) {
        boolean literal = json.optional("String").isPresent();
        JsonValue pattern = json.field(literal ? "String" : "Regex");
        try {
            return literal ? patterns.literal(pattern.string()) : patterns.compile(pattern.string());
        } catch (PatternException e) {
            throw pattern.error(String.valueOf(e.getMessage()));
        }
    }
}
