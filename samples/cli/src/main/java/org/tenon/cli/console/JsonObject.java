package org.tenon.cli.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * An object for scripts. Its values are other objects, lists, arrays of ids, texts, numbers, flags, and optional values of these. What is
 * absent, and numbers that JSON doesn't have, are null.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** An object without values. */
    public JsonObject() {}

    /**
     * Adds a value.
     *
     * @param key its key
     * @param value the value
     * @return this object
     */
    public JsonObject with(String key, Object value) {
        values.put(key, value);
        return this;
    }

    /** {@return JSON on one line} */
    public String line() {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(generator, this);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // a StringWriter has none
        }
        return text.toString();
    }

    /** {@return JSON with a line for each value of an object, as people like to read it} */
    public String document() {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                    Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
            printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
            generator.setPrettyPrinter(printer);
            write(generator, this);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // a StringWriter has none
        }
        return text.toString();
    }

    /**
     * A text as JSON: in quotation marks, with control characters escaped.
     *
     * @param text any text
     * @return JSON
     */
    public static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static void write(JsonGenerator generator, Object node) throws IOException {
        switch (node) {
            case JsonObject object -> {
                generator.writeStartObject();
                for (Map.Entry<String, Object> entry : object.values.entrySet()) {
                    generator.writeFieldName(entry.getKey());
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                for (Object item : list) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case int[] ids -> generator.writeArray(ids, 0, ids.length);
            case String text -> generator.writeString(text);
            case Boolean flag -> generator.writeBoolean(flag);
            case Integer whole -> generator.writeNumber(whole);
            case Long whole -> generator.writeNumber(whole);
            case Double number when Double.isFinite(number) -> generator.writeNumber(number);
            case Double _ -> generator.writeNull();
            case Float number when Float.isFinite(number) -> generator.writeNumber(number);
            case Float _ -> generator.writeNull();
            case Optional<?> optional when optional.isPresent() -> write(generator, optional.get());
            case Optional<?> _ -> generator.writeNull();
            case OptionalLong optional when optional.isPresent() -> generator.writeNumber(optional.getAsLong());
            case OptionalLong _ -> generator.writeNull();
            case OptionalDouble optional -> write(generator, optional.orElse(Double.NaN));
            default -> throw new IllegalArgumentException("JSON can't hold " + node + " of " + node.getClass());
        }
    }
}
