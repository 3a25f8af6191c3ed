package org.tenon.models.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.Dim;

/**
 * Writes safetensors files. For the same tensors the bytes are those of the reference implementation (safetensors 0.8,
 * {@code serialize}): largest element types first, then by name; the header padded with spaces to a multiple of 8.
 *
 * <p>Weights pass through in panels of rows: a file of any size takes a few megabytes of memory. A file appears whole or not
 * at all, and what it replaces may be open, even as the source of what is written.
 */
public final class SafetensorsWriter {
    /** What a panel may take, unless a single row is larger. */
    private static final long PANEL_BYTES = 4L << 20;

    /** The most bytes that one call of a channel is given. */
    private static final long PIECE_BYTES = 1L << 30;

    private SafetensorsWriter() {}

    /**
     * Writes one file.
     *
     * @param file where
     * @param tensors the weights by the names that they have in the file
     * @param metadata free texts; Transformers wants {@code format: pt}
     * @throws InvalidCheckpoint when the file can't be written, or a weight has a type that the format doesn't have
     */
    public static void write(Path file, Map<String, WeightSource> tensors, Map<String, String> metadata) {
        Path staged = stage(file, tensors, metadata);
        try {
            Replacement.move(staged, file);
        } finally {
            Replacement.discard(staged);
        }
    }

    /** Writes one file beside its place. */
    static Path stage(Path file, Map<String, WeightSource> tensors, Map<String, String> metadata) {
        List<Entry> entries = entries(file, tensors);
        byte[] header = header(file, entries, metadata);
        return Replacement.stage(file, channel -> {
            write(
                    channel,
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .flip());
            write(channel, ByteBuffer.wrap(header));
            for (Entry entry : entries) {
                write(channel, entry.source());
            }
        });
    }

    private record Entry(String name, SafetensorsType type, WeightSource source) {
        long bytes() {
            return source.rows() * source.rowBytes();
        }
    }

    private static List<Entry> entries(Path file, Map<String, WeightSource> tensors) {
        return tensors.entrySet().stream()
                .map(tensor -> entry(file, tensor.getKey(), tensor.getValue()))
                .sorted(Comparator.comparing(Entry::type)
                        .reversed()
                        .thenComparing(entry -> entry.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
                .toList();
    }

    private static Entry entry(Path file, String name, WeightSource source) {
        if (name.equals(SafetensorsHeader.METADATA) || !Json.wellFormed(name)) {
            throw new InvalidCheckpoint(
                    file, name, "can't be called so: the format keeps the name, or it isn't Unicode");
        }
        SafetensorsType type = SafetensorsType.of(source.type())
                .orElseThrow(() -> new InvalidCheckpoint(
                        file,
                        name,
                        "is of type " + source.type()
                                + ", which safetensors doesn't have: convert it to F32, BF16 or F16"));
        return new Entry(name, type, source);
    }

    private static byte[] header(Path file, List<Entry> entries, Map<String, String> metadata) {
        if (!Json.wellFormed(String.join("", metadata.keySet()) + String.join("", metadata.values()))) {
            throw new InvalidCheckpoint(file, "can't be given metadata that isn't Unicode");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> text : metadata.entrySet()) {
                    json.writeStringField(text.getKey(), text.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Entry entry : entries) {
                json.writeObjectFieldStart(entry.name());
                json.writeStringField("dtype", entry.type().name());
                json.writeArrayFieldStart("shape");
                for (Dim dim : entry.source().shape().dims()) {
                    json.writeNumber(((Dim.Fixed) dim).size());
                }
                json.writeEndArray();
                json.writeArrayFieldStart("data_offsets");
                json.writeNumber(offset);
                offset = Math.addExact(offset, entry.bytes());
                json.writeNumber(offset);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // a ByteArrayOutputStream has none
        }
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        if (bytes.size() > SafetensorsHeader.MOST_BYTES) {
            throw new InvalidCheckpoint(
                    file,
                    "would have a header of " + bytes.size() + " bytes, more than the format's "
                            + SafetensorsHeader.MOST_BYTES + ": write shards");
        }
        return bytes.toByteArray();
    }

    private static void write(FileChannel channel, WeightSource source) throws IOException {
        Optional<MemorySegment> mapped = source.mapped();
        if (mapped.isPresent()) {
            write(channel, mapped.get());
            return;
        }
        long rows = source.rows();
        long panel = Math.clamp(PANEL_BYTES / Math.max(1, source.rowBytes()), 1L, Math.max(1, rows));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(panel * source.rowBytes(), Long.BYTES);
            for (long row = 0; row < rows; row += panel) {
                long count = Math.min(panel, rows - row);
                source.read(row, count, buffer);
                write(channel, buffer.asSlice(0, count * source.rowBytes()));
            }
        }
    }

    private static void write(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += PIECE_BYTES) {
            write(
                    channel,
                    bytes.asSlice(at, Math.min(PIECE_BYTES, bytes.byteSize() - at))
                            .asByteBuffer());
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
