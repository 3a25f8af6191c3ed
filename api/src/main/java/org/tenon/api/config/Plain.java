package org.tenon.api.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands in a tree, immutable all the way down: a Map of String, a List, a String, a Long, a BigInteger beyond its range,
 * a Double, a Boolean, or {@link #NULL}.
 */
final class Plain {
    /** The null of JSON. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private Plain() {}

    /** A copy that nobody can change. */
    static Object frozen(Object plain) {
        return switch (plain) {
            case Config config -> config.value();
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> {
                    if (!(key instanceof String text)) {
                        throw new IllegalArgumentException("a key must be a text, but is " + key);
                    }
                    copy.put(text, frozen(item));
                });
                yield Collections.unmodifiableMap(copy);
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(frozen(item)));
                yield Collections.unmodifiableList(copy);
            }
            case String text -> text;
            case Boolean flag -> flag;
            case Byte _, Short _, Integer _, Long _ -> ((Number) plain).longValue();
            case BigInteger whole -> whole.bitLength() < Long.SIZE ? (Object) whole.longValueExact() : whole;
            case Float number when !number.isNaN() -> number.doubleValue();
            case Double number when !number.isNaN() -> number;
            default ->
                throw new IllegalArgumentException("a plain tree can't hold " + plain + " of " + plain.getClass());
        };
    }

    /** The value as JSON in one line. */
    static String json(Object value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    private static void append(StringBuilder text, Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                text.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    append(text.append(separator), entry.getKey());
                    append(text.append(": "), entry.getValue());
                    separator = ", ";
                }
                text.append('}');
            }
            case List<?> list -> {
                text.append('[');
                String separator = "";
                for (Object item : list) {
                    append(text.append(separator), item);
                    separator = ", ";
                }
                text.append(']');
            }
            case String string -> quote(text, string);
            default -> text.append(value);
        }
    }

    private static void quote(StringBuilder text, String string) {
        text.append('"');
        string.chars().forEach(character -> {
            if (character == '"' || character == '\\') {
                text.append('\\').append((char) character);
            } else if (character < ' ') {
                text.append(String.format("\\u%04x", character));
            } else {
                text.append((char) character);
            }
        });
        text.append('"');
    }
}
