package org.tenon.models.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;

/**
 * JSON files as plain trees (RFC 8259, in UTF-8), read strictly: a key that stands twice, text after the end, more than
 * {@value #DEPTH} levels, NaN and numbers beyond a double's range are refused. {@code Infinity} is accepted, as Python writes
 * it into published {@code config.json} files.
 *
 * <p>Thread-safe.
 */
public final class Json {
    /** The most bytes of a file that {@link #read(Path)} takes. */
    public static final long MOST_BYTES = 16L << 20;

    /** The deepest nesting. */
    static final int DEPTH = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .disable(
                    JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // its table of names would be a target for collisions
            .build();

    private Json() {}

    /**
     * Reads a file of at most {@link #MOST_BYTES}.
     *
     * @param file the file
     * @return its tree
     * @throws InvalidConfig when the file can't be read, is too large, or isn't strict JSON
     */
    public static Config read(Path file) {
        return read(file, MOST_BYTES);
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param mostBytes the most bytes that it may have
     * @return its tree
     * @throws InvalidConfig when the file can't be read, is too large, or isn't strict JSON
     */
    public static Config read(Path file, long mostBytes) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidConfig(
                    file.toString(), Files.exists(file) ? "isn't a file" : "doesn't exist; download the whole folder");
        }
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            byte[] bytes = size > mostBytes
                    ? new byte[0]
                    : in.readNBytes((int) Math.min(mostBytes + 1, Integer.MAX_VALUE - 8));
            if (Math.max(size, bytes.length) > mostBytes) {
                throw new InvalidConfig(
                        file.toString(),
                        "has " + size + " bytes, more than the " + mostBytes + " that such a file may have");
            }
            return parse(file.toString(), bytes);
        } catch (IOException failure) {
            throw new InvalidConfig(file.toString(), "can't be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * Reads a document.
     *
     * @param source what messages call it
     * @param bytes JSON in UTF-8
     * @return its tree
     * @throws InvalidConfig when it isn't strict JSON
     */
    public static Config parse(String source, byte[] bytes) {
        try (JsonParser parser = parser(bytes)) {
            parser.nextToken();
            Config tree = Config.of(source, tree(parser, 0));
            end(parser);
            return tree;
        } catch (IOException failure) {
            throw new InvalidConfig(source, "isn't valid JSON: " + problem(failure), failure);
        }
    }

    /**
     * Writes a tree, indented, in place of the file that was there.
     *
     * @param file where
     * @param tree the tree
     * @throws InvalidCheckpoint when the file can't be written
     */
    public static void write(Path file, Config tree) {
        Replacement.write(file, channel -> {
            var bytes = StandardCharsets.UTF_8.encode(text(tree) + "\n");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /**
     * A tree as JSON, indented by two spaces.
     *
     * @param tree the tree
     * @return its text, without a line break at the end
     */
    public static String text(Config tree) {
        StringWriter text = new StringWriter();
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            generator.setPrettyPrinter(printer);
            write(generator, tree);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // a StringWriter has none
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, Config node) throws IOException {
        switch (node.kind()) {
            case OBJECT -> {
                generator.writeStartObject();
                for (String key : node.keys()) {
                    generator.writeFieldName(key);
                    write(generator, node.optional(key).orElse(Config.nothing()));
                }
                generator.writeEndObject();
            }
            case LIST -> {
                generator.writeStartArray();
                for (Config item : node.asList()) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case TEXT -> generator.writeString(node.asText());
            case FLAG -> generator.writeBoolean(node.asFlag());
            case NULL -> generator.writeNull();
            case NUMBER -> {
                switch (node.asNumber()) {
                    case BigInteger whole -> generator.writeNumber(whole);
                    case Double number -> generator.writeNumber(number);
                    case Number whole -> generator.writeNumber(whole.longValue());
                }
            }
        }
    }

    // ---- what the header of safetensors is read with, too

    /** A parser that refuses what isn't UTF-8. */
    static JsonParser parser(byte[] bytes) throws IOException {
        return FACTORY.createParser(new InputStreamReader(
                new ByteArrayInputStream(bytes),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    /** Refuses anything but white space after what was read. */
    static void end(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "there is more text after the end");
        }
    }

    /** The name of the field that the parser stands at. */
    static String name(JsonParser parser) throws IOException {
        return wellFormed(parser, parser.currentName());
    }

    /** The text that the parser stands at. */
    static String text(JsonParser parser) throws IOException {
        return wellFormed(parser, parser.getText());
    }

    /** An error for a key that stands twice. */
    static JsonParseException twice(JsonParser parser, String key) {
        return new JsonParseException(parser, "the key \"" + key + "\" stands there twice");
    }

    /** The plain value that the parser stands at, as {@link Config#of} takes it. */
    static Object tree(JsonParser parser, int depth) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new JsonParseException(parser, "it ends where a value should stand");
        }
        if (depth > DEPTH) {
            throw new JsonParseException(parser, "it is nested more than " + DEPTH + " levels deep");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = name(parser);
                    parser.nextToken();
                    if (map.put(key, tree(parser, depth + 1)) != null) {
                        throw twice(parser, key);
                    }
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(tree(parser, depth + 1));
                }
                yield list;
            }
            case VALUE_STRING -> text(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Config.nothing();
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> decimal(parser);
            default -> throw new JsonParseException(parser, "a value is expected, not " + token);
        };
    }

    private static double decimal(JsonParser parser) throws IOException {
        double number = parser.getDoubleValue();
        if (Double.isNaN(number)) {
            throw new JsonParseException(parser, "NaN is no number");
        }
        if (Double.isInfinite(number)
                && Character.isDigit(
                        parser.getText().codePointBefore(parser.getText().length()))) {
            throw new JsonParseException(parser, "the number " + parser.getText() + " is too large");
        }
        return number;
    }

    private static String wellFormed(JsonParser parser, String text) throws IOException {
        if (!wellFormed(text)) {
            throw new JsonParseException(parser, "a text holds half a surrogate pair");
        }
        return text;
    }

    /** Whether a text can be written as UTF-8: surrogates come in pairs. */
    static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** What is wrong, and where, in a few words. */
    static String problem(IOException failure) {
        return switch (failure) {
            case JsonProcessingException parsing ->
                InvalidCheckpoint.shown(parsing.getOriginalMessage())
                        + (parsing.getLocation() == null
                                ? ""
                                : " (line "
                                        + parsing.getLocation().getLineNr() + ", column "
                                        + parsing.getLocation().getColumnNr() + ")");
            case CharacterCodingException _ -> "it isn't UTF-8";
            default -> failure.toString();
        };
    }
}
