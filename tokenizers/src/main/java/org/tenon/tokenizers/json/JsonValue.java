package org.tenon.tokenizers.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.TenonException;
import org.tenon.api.text.UnsupportedTokenizer;

/** A value of a JSON file that knows where it stands. Asking for a type that it isn't of is an error with its place. */
public final class JsonValue {
    /** Stands for null in a tree. */
    enum Null {
        /** The only one. */
        NULL
    }

    private final JsonFile file;
    private final String path;
    private final Object value;

    JsonValue(JsonFile file, String path, Object value) {
        this.file = file;
        this.path = path;
        this.value = value;
    }

    /**
     * The value as a string.
     *
     * @return the string
     * @throws TenonException if it is something else
     */
    public String string() {
        if (value instanceof String string) {
            return string;
        }
        throw expected("a string");
    }

    /**
     * The value as true or false.
     *
     * @return the value
     * @throws TenonException if it is something else
     */
    public boolean bool() {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw expected("true or false");
    }

    /**
     * The value as a whole number.
     *
     * @param min the least that is allowed
     * @param max the greatest that is allowed
     * @return the number
     * @throws TenonException if it is something else, or outside
     */
    public int integer(int min, int max) {
        if (value instanceof Long number && number >= min && number <= max) {
            return number.intValue();
        }
        throw expected("a whole number from " + min + " to " + max);
    }

    /**
     * The values of an array.
     *
     * @return the values in order
     * @throws TenonException if it is something else
     */
    public List<JsonValue> list() {
        if (!(value instanceof List<?> list)) {
            throw expected("an array");
        }
        List<JsonValue> result = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            result.add(new JsonValue(file, path + "[" + i + "]", list.get(i)));
        }
        return result;
    }

    /**
     * The names of an object.
     *
     * @return the names in order
     * @throws TenonException if it is something else
     */
    public List<String> names() {
        return object().keySet().stream().map(Object::toString).toList();
    }

    /**
     * A field that has to be there.
     *
     * @param name its name
     * @return its value
     * @throws TenonException if this is no object or lacks the field
     */
    public JsonValue field(String name) {
        Object found = object().get(name);
        if (found == null) {
            throw error("the field '" + name + "' is missing");
        }
        return new JsonValue(file, path + "." + name, found);
    }

    /**
     * A field that may be missing, or null.
     *
     * @param name its name
     * @return its value, or nothing
     * @throws TenonException if this is no object
     */
    public Optional<JsonValue> optional(String name) {
        Object found = object().get(name);
        return found == null || found == Null.NULL
                ? Optional.empty()
                : Optional.of(new JsonValue(file, path + "." + name, found));
    }

    /**
     * A field that is true or false.
     *
     * @param name its name
     * @param otherwise what holds where it is missing or null
     * @return its value
     * @throws TenonException if it is something else
     */
    public boolean flag(String name, boolean otherwise) {
        return optional(name).map(JsonValue::bool).orElse(otherwise);
    }

    /**
     * Whether the value is null.
     *
     * @return true for null
     */
    public boolean isNull() {
        return value == Null.NULL;
    }

    /**
     * Whether the value is the number 0.
     *
     * @return true for 0, whole or not
     */
    public boolean isZero() {
        return value instanceof Number number && number.doubleValue() == 0;
    }

    /**
     * Whether the value is an object.
     *
     * @return true for an object
     */
    public boolean isObject() {
        return value instanceof Map;
    }

    /**
     * Whether the value is a string.
     *
     * @return true for a string
     */
    public boolean isString() {
        return value instanceof String;
    }

    /**
     * An error at this place.
     *
     * @param what what is wrong
     * @return the exception, to be thrown
     */
    public TenonException error(String what) {
        return file.error(path, what);
    }

    /**
     * Something at this place that is in order, but of a kind that isn't supported.
     *
     * @param what what isn't, and what is
     * @return the exception, to be thrown
     */
    public UnsupportedTokenizer unsupported(String what) {
        return file.unsupported(path, what);
    }

    private Map<?, ?> object() {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw expected("an object");
    }

    private TenonException expected(String what) {
        return error("expected " + what + ", found " + describe());
    }

    private String describe() {
        return switch (value) {
            case Map<?, ?> _ -> "an object";
            case List<?> _ -> "an array";
            case String string ->
                "the string '" + (string.length() > 40 ? string.substring(0, 40) + "..." : string) + "'";
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            default -> "null";
        };
    }
}
