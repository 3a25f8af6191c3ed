package org.tenon.tokenizers.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.TenonException;
import org.tenon.tokenizers.bpe.BytePairModel;
import org.tenon.tokenizers.bpe.Merges;
import org.tenon.tokenizers.bpe.Vocabulary;
import org.tenon.tokenizers.json.JsonFile;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.json.TreeReader;

/** The section {@code model}: a BPE model's vocabulary, its merges in both spellings, and its options. */
final class ModelJson {
    /** Ids are indices of arrays, so a single huge one must not make them huge; the largest vocabularies have a million. */
    static final int MAX_ID = (1 << 22) - 1;

    private static final String PATH = "$.model";

    private final JsonFile file;
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<String> left = new ArrayList<>();
    private final List<String> right = new ArrayList<>();
    private final Map<String, JsonValue> options = new HashMap<>();
    private boolean hasVocabulary;
    private boolean hasMerges;

    /** Reads the section; the parser stands at its start, and at its end afterwards. */
    ModelJson(JsonFile file, JsonParser parser, TreeReader trees) throws IOException {
        this.file = file;
        file.expect(parser, JsonToken.START_OBJECT, PATH);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            boolean again = switch (name) {
                case "vocab" -> hasVocabulary;
                case "merges" -> hasMerges;
                default -> options.containsKey(name);
            };
            if (again) {
                throw file.error(PATH, "the name '" + name + "' occurs twice");
            }
            // A vocabulary that is an array belongs to another type of model, which build() will name.
            if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
                hasVocabulary = true;
                readVocabulary(parser);
            } else if (name.equals("merges") && value == JsonToken.START_ARRAY) {
                hasMerges = true;
                readMerges(parser);
            } else if (value.isScalarValue()) {
                options.put(name, trees.read(parser, PATH + "." + name));
            } else {
                parser.skipChildren();
            }
        }
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        BitSet ids = new BitSet();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String token = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT || !isId(parser)) {
                throw file.error(
                        vocabularyPath(token), "expected an id from 0 to " + MAX_ID + ", found " + parser.getText());
            }
            int id = parser.getIntValue();
            if (ids.get(id)) {
                throw file.error(vocabularyPath(token), "the id " + id + " belongs to another token already");
            }
            ids.set(id);
            if (vocabulary.put(token, id) != null) {
                throw file.error(vocabularyPath(token), "the token occurs twice");
            }
        }
    }

    private static boolean isId(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.INT
                && parser.getIntValue() >= 0
                && parser.getIntValue() <= MAX_ID;
    }

    private static String vocabularyPath(String token) {
        return PATH + ".vocab." + (token.length() > 60 ? token.substring(0, 60) + "..." : token);
    }

    private void readMerges(JsonParser parser) throws IOException {
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                String text = parser.getText();
                if (!text.startsWith("#version")) {
                    int space = text.indexOf(' ');
                    if (space < 0 || text.indexOf(' ', space + 1) >= 0) {
                        throw mergeError(index, "expected two tokens with a space between them, found '" + text + "'");
                    }
                    left.add(text.substring(0, space));
                    right.add(text.substring(space + 1));
                }
            } else if (parser.currentToken() == JsonToken.START_ARRAY && parser.nextToken() == JsonToken.VALUE_STRING) {
                left.add(parser.getText());
                if (parser.nextToken() == JsonToken.VALUE_STRING) {
                    right.add(parser.getText());
                }
                if (left.size() != right.size() || parser.nextToken() != JsonToken.END_ARRAY) {
                    throw mergeError(index, "expected two tokens");
                }
            } else {
                throw mergeError(index, "expected a string or an array of two strings");
            }
            index++;
        }
    }

    /** The model. Called once the whole file has been read. */
    BytePairModel build() {
        option("type").filter(type -> !type.string().equals("BPE")).ifPresent(type -> {
            throw type.unsupported(
                    "the model type '%s' is not supported; only byte-level BPE is".formatted(type.string()));
        });
        if (!hasVocabulary || !hasMerges) {
            throw file.error(PATH, "a BPE model needs 'vocab', an object, and 'merges', an array");
        }
        option("dropout").filter(dropout -> !dropout.isZero()).ifPresent(dropout -> {
            throw dropout.unsupported("dropout makes encoding random, which is not supported");
        });
        refuseText("continuing_subword_prefix");
        refuseText("end_of_word_suffix");
        if (flag("byte_fallback")) {
            throw file.unsupported(
                    PATH + ".byte_fallback", "SentencePiece-style models are not supported; only byte-level BPE is");
        }
        Vocabulary tokens = new Vocabulary(vocabulary);
        OptionalInt unknown =
                option("unk_token").map(token -> tokens.id(token.string())).orElse(OptionalInt.empty());
        return new BytePairModel(tokens, merges(), unknown, flag("fuse_unk"), flag("ignore_merges"));
    }

    private Merges merges() {
        int count = left.size();
        int[] lefts = new int[count];
        int[] rights = new int[count];
        int[] results = new int[count];
        for (int rank = 0; rank < count; rank++) {
            lefts[rank] = known(rank, left.get(rank));
            rights[rank] = known(rank, right.get(rank));
            results[rank] = known(rank, left.get(rank) + right.get(rank));
        }
        return new Merges(lefts, rights, results);
    }

    private int known(int rank, String token) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw mergeError(
                    rank,
                    "the token '" + (token.length() > 60 ? token.substring(0, 60) + "..." : token)
                            + "' is not in the vocabulary");
        }
        return id;
    }

    private TenonException mergeError(int index, String what) {
        return file.error(PATH + ".merges[" + index + "]", what);
    }

    private void refuseText(String name) {
        option(name).filter(text -> !text.string().isEmpty()).ifPresent(text -> {
            throw text.unsupported("is not supported; only byte-level BPE is, which has none");
        });
    }

    private boolean flag(String name) {
        return option(name).map(JsonValue::bool).orElse(false);
    }

    private Optional<JsonValue> option(String name) {
        return Optional.ofNullable(options.get(name)).filter(json -> !json.isNull());
    }
}
