package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.function.Executable;
import org.tenon.api.TenonException;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** Files and weights that several tests of this package are made of. */
final class Fixtures {
    private static final long AT_ONCE_NANOS = 500_000_000;

    private Fixtures() {}

    /** A file or folder of the test resources. */
    static Path resource(String name) {
        try {
            URL url = Objects.requireNonNull(Fixtures.class.getResource("/" + name), name);
            return Path.of(url.toURI());
        } catch (URISyntaxException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** A safetensors file: the length, the header as it stands, and as many bytes of data, counting from 0. */
    static byte[] safetensors(String header, int dataBytes) {
        return safetensors(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] safetensors(byte[] header, int dataBytes) {
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header);
        for (int i = 0; i < dataBytes; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    /** The entry of one tensor in a header. */
    static String entry(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Path write(Path file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A weight of given floats. */
    static WeightSource weight(String name, Shape shape, float... values) {
        assertEquals(shape.elements(), values.length);
        return new WeightSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public DType type() {
                return DType.F32;
            }

            @Override
            public Shape shape() {
                return shape;
            }

            @Override
            public void read(long row, long rows, MemorySegment target) {
                int width = (int) shape.width();
                DType.F32.codec().encode(values, (int) row * width, (int) rows * width, target, 0);
            }
        };
    }

    /** All elements of a weight, decoded. */
    static float[] elements(WeightSource source) {
        float[] values = new float[(int) source.shape().elements()];
        source.type().codec().decode(MemorySegment.ofArray(bytes(source)), 0, values, 0, values.length);
        return values;
    }

    /** All bytes of a weight. */
    static byte[] bytes(WeightSource source) {
        byte[] bytes = new byte[(int) (source.rows() * source.rowBytes())];
        source.read(0, source.rows(), MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Asserts that something is refused with an error of Tenon's own whose message holds all the given parts. */
    static TenonException assertRefused(Executable action, String... parts) {
        TenonException refusal = assertThrows(TenonException.class, action);
        for (String part : parts) {
            assertTrue(
                    refusal.getMessage().contains(part),
                    () -> "\"" + part + "\" is missing in: " + refusal.getMessage());
        }
        return refusal;
    }

    /**
     * Asserts that something is refused, and in well under a second: the quickest of three attempts counts, as other
     * processes may slow one down.
     */
    static TenonException assertRefusedAtOnce(Executable action, String... parts) {
        long quickest = Long.MAX_VALUE;
        TenonException refusal = null;
        for (int attempt = 0; attempt < 3 && quickest > AT_ONCE_NANOS; attempt++) {
            long start = System.nanoTime();
            refusal = assertTimeoutPreemptively(Duration.ofMinutes(1), () -> assertRefused(action, parts));
            quickest = Math.min(quickest, System.nanoTime() - start);
        }
        assertTrue(quickest <= AT_ONCE_NANOS, "refused only after " + quickest / 1_000_000 + " ms");
        return Objects.requireNonNull(refusal);
    }
}
