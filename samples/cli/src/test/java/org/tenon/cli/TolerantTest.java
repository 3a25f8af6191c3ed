package org.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint with a tensor too many is refused, unless that is what one wants. */
class TolerantTest {
    private static final String MODEL = "llama-mha-f32";

    /** The file with one more tensor: a length of eight bytes, the header in JSON, the data. */
    private static byte[] withOneMore(byte[] file) {
        ByteBuffer read = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(read.getLong());
        int data = file.length - Long.BYTES - length;
        String header = new String(file, Long.BYTES, length, UTF_8).strip();
        String more = header.substring(0, header.length() - 1)
                + ",\"stray.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                        .formatted(data, data + Float.BYTES);
        byte[] longer = more.getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + longer.length + data + Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(longer.length)
                .put(longer)
                .put(file, Long.BYTES + length, data)
                .putFloat(1)
                .array();
    }

    private static Run generate(Path folder, String... more) {
        String[] words = {"generate", "--model", folder.toString(), "--prompt-ids", "5,7", "--max-tokens", "3", "--json"
        };
        String[] all = Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
        return Run.tenon(all);
    }

    @Test
    void aTensorThatNothingUsesIsRefusedByNameUnlessTolerated(@TempDir Path folder) throws IOException {
        Path original = Path.of(Run.golden(MODEL));
        Files.copy(original.resolve("config.json"), folder.resolve("config.json"));
        Files.write(
                folder.resolve("model.safetensors"),
                withOneMore(Files.readAllBytes(original.resolve("model.safetensors"))));
        Run refused = generate(folder);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("stray.weight"), refused.err());
        assertTrue(refused.err().contains("--tolerant"), refused.err());
        Run tolerated = generate(folder, "--tolerant");
        assertEquals(0, tolerated.code(), tolerated.err());
        assertEquals(
                generate(original, "--tolerant").json().list("ids"),
                tolerated.json().list("ids"));
    }
}
