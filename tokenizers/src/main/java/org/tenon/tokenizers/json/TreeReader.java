package org.tenon.tokenizers.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a value of bounded size with all that is in it. The parser bounds the depth. */
public final class TreeReader {
    private static final int MAX_VALUES = 1_000_000;

    private final JsonFile file;
    private int values;

    /**
     * A reader for values of a file; the bound holds for all of them together.
     *
     * @param file the file, for errors
     */
    public TreeReader(JsonFile file) {
        this.file = file;
    }

    /**
     * Reads a value.
     *
     * @param parser stands at the value's first token, and at its last one afterwards
     * @param path the place of the value
     * @return the value
     * @throws IOException as the parser does
     */
    public JsonValue read(JsonParser parser, String path) throws IOException {
        return new JsonValue(file, path, value(parser, path));
    }

    private Object value(JsonParser parser, String path) throws IOException {
        if (++values > MAX_VALUES) {
            throw file.error(path, "more than %,d values".formatted(MAX_VALUES));
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser, path + "[" + list.size() + "]"));
                }
                yield list;
            }
            case VALUE_STRING -> text(parser.getText(), path);
            case VALUE_NUMBER_INT -> {
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    yield parser.getDoubleValue();
                }
                yield parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> JsonValue.Null.NULL;
        };
    }

    private Map<String, Object> object(JsonParser parser, String path) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String place = path + "." + text(name, path);
            parser.nextToken();
            if (map.put(name, value(parser, place)) != null) {
                throw file.error(place, "the name occurs twice");
            }
        }
        return map;
    }

    /** A string, unless it holds half a surrogate pair, which no UTF-8 can spell. */
    private String text(String text, String path) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                int c = text.codePointAt(i);
                if (c < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
                    throw file.error(path, "a string with half a surrogate pair");
                }
                i++;
            }
        }
        return text;
    }
}
