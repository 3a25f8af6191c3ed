package org.tenon.models.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/**
 * One safetensors file, open for reading (https://github.com/huggingface/safetensors#format). Its header is checked whole when
 * it is opened, before anything is allocated for what it says; tensors are read when they are asked for.
 *
 * <p>Thread-safe. What it hands out is valid until it is closed.
 */
public final class Safetensors implements AutoCloseable {
    /** Bytes that tell how long the header is. */
    private static final int LENGTH_BYTES = Long.BYTES;

    private final Path file;
    private final SafetensorsHeader header;
    private final FileBytes bytes;

    private Safetensors(Path file, SafetensorsHeader header, FileBytes bytes) {
        this.file = file;
        this.header = header;
        this.bytes = bytes;
    }

    /**
     * Opens a file and maps it into memory.
     *
     * @param file the file
     * @return the open file
     * @throws InvalidCheckpoint when it can't be read, or anything in its header is wrong
     */
    public static Safetensors open(Path file) {
        return open(file, Access.MAPPED);
    }

    /**
     * Opens a file.
     *
     * @param file the file
     * @param access how its tensors are to be reached
     * @return the open file
     * @throws InvalidCheckpoint when it can't be read, or anything in its header is wrong
     */
    public static Safetensors open(Path file, Access access) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidCheckpoint(
                    file,
                    Files.exists(file) ? "isn't a file" : "doesn't exist, or is a link to nothing; download it again");
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException failure) {
            throw new InvalidCheckpoint(file, "can't be opened: " + failure, failure);
        }
        boolean done = false;
        try {
            SafetensorsHeader header = header(file, channel);
            Safetensors opened = new Safetensors(file, header, FileBytes.of(file, channel, access));
            done = true;
            return opened;
        } catch (IOException failure) {
            throw new InvalidCheckpoint(file, "can't be read: " + failure, failure);
        } finally {
            if (!done) {
                close(channel);
            }
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException failure) {
            System.getLogger(Safetensors.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing a file that was refused", failure);
        }
    }

    private static SafetensorsHeader header(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw SafetensorsHeader.damaged(
                    file, "has " + size + " bytes; even an empty safetensors file has 8 and a header");
        }
        long length = read(file, channel, 0, LENGTH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 0 || length > SafetensorsHeader.MOST_BYTES || length > size - LENGTH_BYTES) {
            throw SafetensorsHeader.damaged(
                    file,
                    "claims a header of " + Long.toUnsignedString(length) + " bytes; the file has "
                            + (size - LENGTH_BYTES) + " behind the length, and " + SafetensorsHeader.MOST_BYTES
                            + " is the limit");
        }
        if (length == 0 || read(file, channel, LENGTH_BYTES, 1).get() != '{') {
            throw SafetensorsHeader.damaged(file, "has a header that doesn't begin with '{'");
        }
        byte[] json = read(file, channel, LENGTH_BYTES, (int) length).array();
        return SafetensorsHeader.parse(file, json, size - LENGTH_BYTES - length);
    }

    private static ByteBuffer read(Path file, FileChannel channel, long offset, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new InvalidCheckpoint(file, "became shorter while it was being opened");
            }
        }
        return bytes.flip();
    }

    /** {@return the file} */
    public Path file() {
        return file;
    }

    /** {@return the texts that its writer left in {@code __metadata__}} */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** {@return what is in the file by name, in the order of the bytes} */
    public Map<String, StoredTensor> tensors() {
        return header.tensors();
    }

    /**
     * A tensor as a weight. A scalar has the shape {@code [1]}.
     *
     * @param name its name in the file
     * @return the weight, which reads from the file
     * @throws InvalidCheckpoint when there is none of that name, when it has more than 4 dimensions, or is of a type that
     *     Tenon can list but not read
     */
    public WeightSource tensor(String name) {
        StoredTensor stored = header.tensors().get(name);
        if (stored == null) {
            throw new InvalidCheckpoint(
                    file, name, "isn't there; the file has " + header.tensors().size() + " tensors of other names");
        }
        DType type = stored.type()
                .type()
                .orElseThrow(() -> new InvalidCheckpoint(
                        file, name, "is of type " + stored.type() + ", which Tenon can't compute with"));
        if (stored.sizes().size() > Shape.MAX_RANK) {
            throw new InvalidCheckpoint(
                    file,
                    name,
                    "has the shape " + stored.sizes() + "; a weight has at most " + Shape.MAX_RANK + " dimensions");
        }
        return new Stored(stored, type, shape(stored.sizes()), bytes);
    }

    private static Shape shape(List<Long> sizes) {
        return sizes.isEmpty()
                ? Shape.of(1)
                : Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    /** Closes the file; what was handed out can't be read any more. Idempotent. */
    @Override
    public void close() {
        bytes.close();
    }

    @Override
    public String toString() {
        return file + ": " + header.tensors().size() + " tensors";
    }

    private record Stored(StoredTensor tensor, DType type, Shape shape, FileBytes bytes) implements WeightSource {
        @Override
        public String name() {
            return tensor.name();
        }

        @Override
        public void read(long row, long rows, MemorySegment target) {
            Objects.checkFromIndexSize(row, rows, rows());
            bytes.read(tensor.offset() + row * rowBytes(), target.asSlice(0, rows * rowBytes()));
        }

        @Override
        public Optional<MemorySegment> mapped() {
            return bytes.mapped(tensor.offset(), tensor.bytes());
        }
    }
}
