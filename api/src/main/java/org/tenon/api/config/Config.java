package org.tenon.api.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.InvalidConfig;

/**
 * A node of a plain tree: an object, a list, a text, a number, a flag, or null. It is what {@code config.json} is read into and
 * what the records of an architecture are saved as. A node knows the file and the path that it comes from; an accessor that
 * finds what it can't use throws {@link InvalidConfig} with both.
 *
 * <p>A key whose value is null counts as absent. A whole number may be written {@code 2.0}, as published files do.
 *
 * <p>Immutable and thread-safe. Two nodes are equal when their values are, wherever they come from; {@code 2} and {@code 2.0}
 * differ.
 */
public final class Config {
    /** The largest magnitude below which a double holds every whole number. */
    private static final double EXACT = 0x1p53;

    private static final String FINITE = "a finite number";

    private final String source;
    private final String path;

    /** What {@link Plain} allows. */
    private final Object value;

    /** What a node is. */
    public enum Kind {
        /** Keys with values. */
        OBJECT("an object"),
        /** Values in order. */
        LIST("a list"),
        /** Characters. */
        TEXT("a text"),
        /** A whole or decimal number. */
        NUMBER("a number"),
        /** True or false. */
        FLAG("true or false"),
        /** Nothing. */
        NULL("null");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private Config(String source, String path, Object value) {
        this.source = source;
        this.path = path;
        this.value = value;
    }

    /** {@return an object without keys, to be filled by {@link #with}} */
    public static Config object() {
        return new Config("", "", Map.of());
    }

    /** {@return a null, which can stand in objects and lists} */
    public static Config nothing() {
        return new Config("", "", Plain.NULL);
    }

    /**
     * A tree from plain values.
     *
     * @param source the file that messages name; empty for a tree made in code
     * @param plain a {@code Map} of texts to plain values, a {@code List} of them, a {@code String}, a {@code Boolean}, a
     *     number, or another node
     * @return the tree
     * @throws IllegalArgumentException when a value is of another class, or is NaN
     */
    public static Config of(String source, Object plain) {
        return new Config(source, "", Plain.frozen(plain));
    }

    /**
     * This object with one value more, or with another value in its place.
     *
     * @param key the key
     * @param plain the value, as {@link #of} takes it
     * @return the new object
     * @throws InvalidConfig when this isn't an object
     */
    public Config with(String key, Object plain) {
        Map<String, Object> changed = new LinkedHashMap<>(entries());
        changed.put(key, Plain.frozen(plain));
        return new Config(source, path, Collections.unmodifiableMap(changed));
    }

    /** {@return the value itself} */
    Object value() {
        return value;
    }

    /** {@return the file that this comes from; empty when it was made in code} */
    public String source() {
        return source;
    }

    /** {@return the place in the file, for instance {@code rope_scaling.factor}; empty for the whole} */
    public String path() {
        return path;
    }

    /** {@return what this node is} */
    public Kind kind() {
        return switch (value) {
            case Map<?, ?> _ -> Kind.OBJECT;
            case List<?> _ -> Kind.LIST;
            case String _ -> Kind.TEXT;
            case Boolean _ -> Kind.FLAG;
            case Number _ -> Kind.NUMBER;
            default -> Kind.NULL;
        };
    }

    /**
     * The error for a value that doesn't do, for instance because it doesn't fit another: to be thrown.
     *
     * @param expected what would do, as in "must be ..."
     * @return the error, which names the file, the path, and what was found
     */
    public InvalidConfig invalid(String expected) {
        return new InvalidConfig(source, path, expected, shortly());
    }

    private String shortly() {
        return switch (kind()) {
            case OBJECT -> kind().words;
            case LIST -> kind().words + " of " + asList().size();
            case TEXT, NUMBER, FLAG, NULL -> toString();
        };
    }

    // ---- objects

    /** {@return the keys in the order of the file, those with a null included} */
    public Set<String> keys() {
        return entries().keySet();
    }

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return whether it is there and not null
     */
    public boolean has(String key) {
        return optional(key).isPresent();
    }

    /**
     * The value of a key.
     *
     * @param key the key
     * @return its value, whatever it is
     * @throws InvalidConfig when it is absent
     */
    public Config child(String key) {
        return required(key, "given");
    }

    /**
     * The value of a key that may be absent.
     *
     * @param key the key
     * @return its value; nothing when it is absent
     */
    public Optional<Config> optional(String key) {
        Object found = entries().get(key);
        return found == null || found.equals(Plain.NULL) ? Optional.empty() : Optional.of(at(key, found));
    }

    /**
     * A whole number.
     *
     * @param key the key
     * @return its value
     * @throws InvalidConfig when it is absent, isn't whole, or doesn't fit in 32 bits
     */
    public int integer(String key) {
        return required(key, whole(Integer.MIN_VALUE, Integer.MAX_VALUE)).asInteger();
    }

    /**
     * A whole number.
     *
     * @param key the key
     * @param otherwise the value when the key is absent
     * @return its value
     * @throws InvalidConfig when it isn't whole, or doesn't fit in 32 bits
     */
    public int integer(String key, int otherwise) {
        return optional(key).map(Config::asInteger).orElse(otherwise);
    }

    /**
     * A size or a count of what must exist.
     *
     * @param key the key
     * @return its value, from 1 to 2<sup>31</sup> - 1
     * @throws InvalidConfig when it is absent or out of that range
     */
    public int positive(String key) {
        return required(key, whole(1, Integer.MAX_VALUE)).asPositive();
    }

    /**
     * A size or a count of what must exist.
     *
     * @param key the key
     * @param otherwise the value when the key is absent
     * @return its value, from 1 to 2<sup>31</sup> - 1
     * @throws InvalidConfig when it is out of that range
     */
    public int positive(String key, int otherwise) {
        return optional(key).map(Config::asPositive).orElse(otherwise);
    }

    /**
     * A number.
     *
     * @param key the key
     * @return its value, never infinite
     * @throws InvalidConfig when it is absent, or no finite number
     */
    public double decimal(String key) {
        return required(key, FINITE).asDecimal();
    }

    /**
     * A number.
     *
     * @param key the key
     * @param otherwise the value when the key is absent
     * @return its value, never infinite
     * @throws InvalidConfig when it is no finite number
     */
    public double decimal(String key, double otherwise) {
        return optional(key).map(Config::asDecimal).orElse(otherwise);
    }

    /**
     * A flag.
     *
     * @param key the key
     * @return its value
     * @throws InvalidConfig when it is absent, or neither true nor false
     */
    public boolean flag(String key) {
        return required(key, Kind.FLAG.words).asFlag();
    }

    /**
     * A flag.
     *
     * @param key the key
     * @param otherwise the value when the key is absent
     * @return its value
     * @throws InvalidConfig when it is neither true nor false
     */
    public boolean flag(String key, boolean otherwise) {
        return optional(key).map(Config::asFlag).orElse(otherwise);
    }

    /**
     * A text.
     *
     * @param key the key
     * @return its value
     * @throws InvalidConfig when it is absent or no text
     */
    public String text(String key) {
        return required(key, Kind.TEXT.words).asText();
    }

    /**
     * A text.
     *
     * @param key the key
     * @param otherwise the value when the key is absent
     * @return its value
     * @throws InvalidConfig when it is no text
     */
    public String text(String key, String otherwise) {
        return optional(key).map(Config::asText).orElse(otherwise);
    }

    /**
     * A list.
     *
     * @param key the key
     * @return its items
     * @throws InvalidConfig when it is absent or no list
     */
    public List<Config> list(String key) {
        return required(key, Kind.LIST.words).asList();
    }

    // ---- the node itself

    /**
     * This node as a whole number.
     *
     * @return its value
     * @throws InvalidConfig when it isn't whole, or doesn't fit in 32 bits
     */
    public int asInteger() {
        return (int) asWhole(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /**
     * This node as a size or a count.
     *
     * @return its value, from 1 to 2<sup>31</sup> - 1
     * @throws InvalidConfig when it is out of that range
     */
    public int asPositive() {
        return (int) asWhole(1, Integer.MAX_VALUE);
    }

    /**
     * This node as a whole number in a range.
     *
     * @param least the least that does
     * @param most the most that does
     * @return its value
     * @throws InvalidConfig when it isn't whole, or out of that range
     */
    public long asWhole(long least, long most) {
        long whole = switch (value) {
            case Long number -> number;
            case Double number when number == Math.rint(number) && Math.abs(number) <= EXACT -> number.longValue();
            default -> throw invalid(whole(least, most));
        };
        if (whole < least || whole > most) {
            throw invalid(whole(least, most));
        }
        return whole;
    }

    /**
     * This node as a number.
     *
     * @return its value, never infinite
     * @throws InvalidConfig when it is no finite number
     */
    public double asDecimal() {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw invalid(FINITE);
    }

    /**
     * This node as the number that was read or given.
     *
     * @return a {@code Long}, a {@code BigInteger} beyond its range, or a {@code Double}, which may be infinite
     * @throws InvalidConfig when it is no number
     */
    public Number asNumber() {
        if (value instanceof Number number) {
            return number;
        }
        throw invalid(Kind.NUMBER.words);
    }

    /**
     * This node as a flag.
     *
     * @return its value
     * @throws InvalidConfig when it is neither true nor false
     */
    public boolean asFlag() {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw invalid(Kind.FLAG.words);
    }

    /**
     * This node as a text.
     *
     * @return its value
     * @throws InvalidConfig when it is no text
     */
    public String asText() {
        if (value instanceof String text) {
            return text;
        }
        throw invalid(Kind.TEXT.words);
    }

    /**
     * This node as a list.
     *
     * @return its items, nulls among them included
     * @throws InvalidConfig when it is no list
     */
    public List<Config> asList() {
        if (!(value instanceof List<?> list)) {
            throw invalid(Kind.LIST.words);
        }
        List<Config> items = new ArrayList<>(list.size());
        for (Object item : list) {
            items.add(new Config(source, path + "[" + items.size() + "]", item));
        }
        return Collections.unmodifiableList(items);
    }

    @SuppressWarnings("unchecked") // frozen() puts nothing else there
    private Map<String, Object> entries() {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw invalid(Kind.OBJECT.words);
    }

    private Config required(String key, String expected) {
        return optional(key)
                .orElseThrow(() -> new InvalidConfig(
                        source, below(key), expected, entries().containsKey(key) ? "null" : "missing"));
    }

    private Config at(String key, Object found) {
        return new Config(source, below(key), found);
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String whole(long least, long most) {
        return "a whole number from " + least + " to " + most;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Config config && config.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** {@return the value as JSON in one line} */
    @Override
    public String toString() {
        return Plain.json(value);
    }
}
