package org.tenon.models.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;

/**
 * Whatever bytes come: a header, an index or a configuration is either read or refused with an error of Tenon's own. The
 * build tries the kept inputs, and then a bounded number of new ones.
 */
class CheckpointFuzzTest {
    private static final Path FILE = Path.of("fuzzed");

    /** The first byte chooses what the others are read as. */
    @FuzzTest(maxExecutions = 25_000, maxDuration = "20s")
    void nothingButErrorsOfTenonComeOut(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        try {
            switch (Math.floorMod(input[0], 3)) {
                case 0 -> header(bytes);
                case 1 -> ShardIndex.of(FILE, Json.parse("fuzzed", bytes)).shards();
                default -> configuration(bytes);
            }
        } catch (TenonException refused) {
            if (refused.getMessage().length() > 10_000) {
                throw new AssertionError("a message repeats the file", refused);
            }
        }
    }

    /** Two bytes give the length of the data; the rest is the header. What is accepted is within the file. */
    private static void header(byte[] bytes) {
        if (bytes.length < 2) {
            return;
        }
        int dataBytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getChar();
        byte[] json = Arrays.copyOfRange(bytes, 2, bytes.length);
        long end = 8L + json.length;
        for (StoredTensor tensor :
                SafetensorsHeader.parse(FILE, json, dataBytes).tensors().values()) {
            if (tensor.offset() != end
                    || tensor.bytes() * 8 != tensor.elements() * tensor.type().bits()) {
                throw new AssertionError("accepted: " + tensor);
            }
            end += tensor.bytes();
        }
        if (end != 8L + json.length + dataBytes) {
            throw new AssertionError("accepted, though the tensors end at " + end);
        }
    }

    /** What is read can be written, and reads back equal. */
    private static void configuration(byte[] bytes) {
        Config config = Json.parse("fuzzed", bytes);
        Config again = Json.parse("again", Json.text(config).getBytes(StandardCharsets.UTF_8));
        if (!again.equals(config)) {
            throw new AssertionError("changed by writing: " + config);
        }
        if (config.kind() == Config.Kind.OBJECT) {
            for (String key : config.keys()) {
                config.optional(key).ifPresent(CheckpointFuzzTest::askEverything);
            }
        }
    }

    private static void askEverything(Config node) {
        switch (node.kind()) {
            case NUMBER -> {
                node.asDecimal();
                node.asWhole(0, Long.MAX_VALUE);
            }
            case LIST -> node.asList().forEach(CheckpointFuzzTest::askEverything);
            default -> node.asPositive();
        }
    }
}
