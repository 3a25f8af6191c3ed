package org.tenon.tokenizers.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tenon.api.TenonException;
import org.tenon.api.text.UnsupportedTokenizer;

/** A JSON file that is read from front to end. Whatever is wrong with it is a {@link TenonException} that names the file. */
public final class JsonFile {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER = 100;
    private static final int MAX_STRING = 16 << 20;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(MAX_STRING)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final String name;

    private JsonFile(String name) {
        this.name = name;
    }

    /**
     * What is done with the tokens of a file.
     *
     * @param <T> the type of what is read
     */
    public interface Reading<T> {
        /**
         * Reads.
         *
         * @param parser stands at the first token
         * @param file the file, for errors
         * @return what was read
         * @throws IOException as the parser does
         */
        T read(JsonParser parser, JsonFile file) throws IOException;
    }

    /**
     * Reads a file.
     *
     * @param <T> the type of what is read
     * @param path the file
     * @param maxBytes how large it may be
     * @param reading what to do with its tokens
     * @return what was read
     * @throws TenonException if the file can't be read, is larger, or isn't JSON
     */
    public static <T> T read(Path path, long maxBytes, Reading<T> reading) {
        JsonFile file = new JsonFile(path.toString());
        try {
            long size = Files.size(path);
            if (size > maxBytes) {
                throw new TenonException(
                        "%s: the file has %,d bytes, more than the %,d that are read".formatted(path, size, maxBytes));
            }
            try (InputStream in = Files.newInputStream(path);
                    JsonParser parser = FACTORY.createParser(in)) {
                return file.read(parser, reading);
            }
        } catch (JsonProcessingException e) {
            throw file.broken(e);
        } catch (IOException e) {
            throw new TenonException(path + ": the file can't be read: " + e, e);
        }
    }

    /**
     * Reads a file's whole content as a tree.
     *
     * @param path the file
     * @param maxBytes how large it may be
     * @return its value
     * @throws TenonException if the file can't be read, is larger, or isn't JSON
     */
    public static JsonValue tree(Path path, long maxBytes) {
        return read(path, maxBytes, (parser, file) -> new TreeReader(file).read(parser, "$"));
    }

    private <T> T read(JsonParser parser, Reading<T> reading) throws IOException {
        if (parser.nextToken() == null) {
            throw error("$", "the file is empty");
        }
        T result = reading.read(parser, this);
        if (parser.nextToken() != null) {
            throw error("$", "there is more after the end of the JSON value");
        }
        return result;
    }

    /**
     * An error at a place of the file.
     *
     * @param path the place, such as {@code $.model.merges[3]}
     * @param what what is wrong, what was expected
     * @return the exception, to be thrown
     */
    public TenonException error(String path, String what) {
        return new TenonException(name + ": " + path + ": " + what);
    }

    /**
     * Something in the file that is in order, but of a kind that isn't supported.
     *
     * @param path the place
     * @param what what isn't, and what is
     * @return the exception, to be thrown
     */
    public UnsupportedTokenizer unsupported(String path, String what) {
        return new UnsupportedTokenizer(name + ": " + path + ": " + what);
    }

    /**
     * Checks that an object or an array begins here.
     *
     * @param parser stands at a value
     * @param expected the token that begins it
     * @param path the place of the value
     * @throws TenonException if another value does
     */
    public void expect(JsonParser parser, JsonToken expected, String path) {
        if (parser.currentToken() != expected) {
            throw error(path, "expected " + describe(expected) + ", found " + describe(parser.currentToken()));
        }
    }

    static String describe(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL -> "null";
            default -> "something else";
        };
    }

    private TenonException broken(JsonProcessingException e) {
        return new TenonException(
                "%s: not valid JSON, or beyond the limits, at line %d, column %d: %s"
                        .formatted(
                                name,
                                e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                                e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                                e.getOriginalMessage()),
                e);
    }
}
