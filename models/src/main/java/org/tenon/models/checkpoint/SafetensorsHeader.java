package org.tenon.models.checkpoint;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The header of a safetensors file, checked as the reference implementation checks it, and as the format's description asks
 * beyond that (no key twice, an opening brace first): https://github.com/huggingface/safetensors#format. Fields of a tensor
 * that the format doesn't know are passed over, as the reference does.
 *
 * @param metadata texts that the writer left
 * @param tensors what is in the file, in the order of their bytes
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, StoredTensor> tensors) {
    /** The longest header that the reference implementation reads. */
    static final long MOST_BYTES = 100_000_000;

    /** Where the free texts stand. */
    static final String METADATA = "__metadata__";

    /** More dimensions than any framework has. */
    private static final int MOST_DIMENSIONS = 64;

    private static final String ADVICE = ". The file is damaged or not safetensors: download or write it again";

    /**
     * Reads a header.
     *
     * @param file what messages name
     * @param json the header's bytes, padding included
     * @param dataBytes how many bytes follow it in the file
     * @return the header
     * @throws InvalidCheckpoint when anything in it is wrong
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
        try (JsonParser parser = Json.parser(json)) {
            return new Reader(file, parser, 8L + json.length, dataBytes).header();
        } catch (IOException failure) {
            throw new InvalidCheckpoint(file, "the header is wrong: " + Json.problem(failure) + ADVICE, failure);
        }
    }

    /** A fault outside any one tensor. */
    static InvalidCheckpoint damaged(Path file, String problem) {
        return new InvalidCheckpoint(file, problem + ADVICE);
    }

    private static final class Reader {
        private final Path file;
        private final JsonParser parser;
        private final long dataOffset;
        private final long dataBytes;

        Reader(Path file, JsonParser parser, long dataOffset, long dataBytes) {
            this.file = file;
            this.parser = parser;
            this.dataOffset = dataOffset;
            this.dataBytes = dataBytes;
        }

        SafetensorsHeader header() throws IOException {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
            Map<String, String> metadata = Map.of();
            Set<String> names = new HashSet<>();
            List<StoredTensor> tensors = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = Json.name(parser);
                if (!names.add(name)) {
                    throw damaged(name, "stands in the header twice");
                }
                parser.nextToken();
                if (name.equals(METADATA)) {
                    metadata = metadata();
                } else {
                    tensors.add(tensor(name));
                }
            }
            Json.end(parser);
            return new SafetensorsHeader(metadata, inOrder(tensors));
        }

        private Map<String, String> metadata() throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return Map.of();
            }
            expect(parser.currentToken(), JsonToken.START_OBJECT, METADATA + " as an object");
            Map<String, String> metadata = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = Json.name(parser);
                expect(parser.nextToken(), JsonToken.VALUE_STRING, "the " + METADATA + " \"" + key + "\" as a text");
                if (metadata.put(key, Json.text(parser)) != null) {
                    throw Json.twice(parser, key);
                }
            }
            return Collections.unmodifiableMap(metadata);
        }

        private StoredTensor tensor(String name) throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw damaged(name, "must be an object with dtype, shape and data_offsets");
            }
            Set<String> seen = new HashSet<>();
            String dtype = "";
            List<Long> shape = List.of();
            List<Long> offsets = List.of();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = Json.name(parser);
                if (!seen.add(key)) {
                    throw damaged(name, "has two fields \"" + InvalidCheckpoint.shown(key) + "\"");
                }
                parser.nextToken();
                switch (key) {
                    case "dtype" -> dtype = dtype(name);
                    case "shape" -> shape = wholes(name, key, MOST_DIMENSIONS);
                    case "data_offsets" -> offsets = wholes(name, key, 2);
                    default -> Json.tree(parser, 2);
                }
            }
            for (String key : List.of("dtype", "shape", "data_offsets")) {
                if (!seen.contains(key)) {
                    throw damaged(name, "has no " + key);
                }
            }
            return tensor(name, dtype, shape, offsets);
        }

        private StoredTensor tensor(String name, String dtype, List<Long> shape, List<Long> offsets) {
            SafetensorsType type = SafetensorsType.named(dtype)
                    .orElseThrow(() -> new InvalidCheckpoint(
                            file,
                            name,
                            "has the type " + InvalidCheckpoint.shown(dtype) + ", which Tenon doesn't know; it knows "
                                    + List.of(SafetensorsType.values())));
            if (offsets.size() != 2 || offsets.getFirst() > offsets.getLast() || offsets.getLast() > dataBytes) {
                throw damaged(
                        name,
                        "has the data_offsets " + offsets + ", which must be a beginning and an end within the "
                                + dataBytes + " bytes of data");
            }
            long bytes = offsets.getLast() - offsets.getFirst();
            long bits;
            try {
                bits = Math.multiplyExact(shape.stream().reduce(1L, Math::multiplyExact), (long) type.bits());
            } catch (ArithmeticException _) {
                throw damaged(name, "has the shape " + shape + ", more elements than can be counted");
            }
            if (bits % Byte.SIZE != 0 || bits / Byte.SIZE != bytes) {
                throw damaged(
                        name,
                        "has " + bytes + " bytes in data_offsets " + offsets + ", but shape " + shape + " of " + type
                                + " takes " + (bits % Byte.SIZE == 0 ? bits / Byte.SIZE + " bytes" : bits + " bits"));
            }
            return new StoredTensor(name, type, shape, dataOffset + offsets.getFirst(), bytes, file);
        }

        private String dtype(String name) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw damaged(name, "must have a text as its dtype, but has " + found());
            }
            return Json.text(parser);
        }

        private List<Long> wholes(String name, String key, int most) throws IOException {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw damaged(name, "must have a list as its " + key + ", but has " + found());
            }
            List<Long> wholes = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (wholes.size() == most) {
                    throw damaged(name, "has more than " + most + " numbers in its " + key);
                }
                wholes.add(whole(name, key));
            }
            return wholes;
        }

        private long whole(String name, String key) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && parser.getLongValue() >= 0) {
                return parser.getLongValue();
            }
            throw damaged(
                    name,
                    "has " + found() + " in its " + key + ", where a whole number from 0 to " + Long.MAX_VALUE
                            + " must stand");
        }

        /** Tensors in the order of their bytes, which must lie one after another and fill the file. */
        private Map<String, StoredTensor> inOrder(List<StoredTensor> tensors) {
            tensors.sort(Comparator.comparingLong(StoredTensor::offset).thenComparingLong(StoredTensor::bytes));
            Map<String, StoredTensor> ordered = new LinkedHashMap<>();
            long end = dataOffset;
            String before = "the header";
            for (StoredTensor tensor : tensors) {
                if (tensor.offset() != end) {
                    throw damaged(
                            tensor.name(),
                            "begins at byte " + tensor.offset() + " of the file, "
                                    + (tensor.offset() < end ? "inside " : "with a gap behind ") + before
                                    + ", which ends at " + end);
                }
                end += tensor.bytes();
                before = "tensor \"" + tensor.name() + "\"";
                ordered.put(tensor.name(), tensor);
            }
            if (end != dataOffset + dataBytes) {
                throw SafetensorsHeader.damaged(
                        file,
                        "the tensors end at byte " + end + ", but the file has " + (dataOffset + dataBytes) + " bytes");
            }
            return Collections.unmodifiableMap(ordered);
        }

        private String found() throws IOException {
            return InvalidCheckpoint.shown(String.valueOf(parser.getText()));
        }

        private void expect(JsonToken found, JsonToken expected, String words) throws IOException {
            if (found != expected) {
                throw new JsonParseException(parser, "expected " + words + ", found " + found());
            }
        }

        private InvalidCheckpoint damaged(String tensor, String problem) {
            return new InvalidCheckpoint(file, tensor, problem + ADVICE);
        }
    }
}
