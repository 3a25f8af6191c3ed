package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.assertRefusedAtOnce;
import static org.tenon.models.checkpoint.Fixtures.entry;
import static org.tenon.models.checkpoint.Fixtures.safetensors;
import static org.tenon.models.checkpoint.Fixtures.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that lie. Each is refused with a message of its own, long before the second is over, and without the memory that it
 * claims: what is claimed here would not fit in any heap.
 */
class HostileSafetensorsTest {
    @TempDir
    Path folder;

    /** A broken file, and what the message must say beside the file's name. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Broken(String what, byte[] bytes, List<String> message) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Broken file(String what, byte[] bytes, String... message) {
        return new Broken(what, bytes, List.of(message));
    }

    /** A file with this header and 8 bytes of data. */
    private static Broken header(String what, String header, String... message) {
        return file(what, safetensors(header, 8), message);
    }

    /** A file whose header has one entry, called t, and 8 bytes of data. */
    private static Broken tensor(String what, String entry, String... message) {
        String[] all = Arrays.copyOf(message, message.length + 1);
        all[message.length] = "tensor \"t\"";
        return header(what, "{\"t\":" + entry + "}", all);
    }

    private static Broken fields(String what, String dtype, String shape, String offsets, String... message) {
        String entry = "{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
        return tensor(what, entry, message);
    }

    /** A file of 16 bytes whose header claims another length. */
    private static Broken length(String what, long claimed, String message) {
        byte[] bytes = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimed)
                .put("{}      ".getBytes(StandardCharsets.UTF_8))
                .array();
        return file(what, bytes, message, "the file has 8 behind the length");
    }

    static Stream<Broken> lengths() {
        return Stream.of(
                file("empty file", new byte[0], "has 0 bytes"),
                file("half a length", new byte[7], "has 7 bytes"),
                file("no header", new byte[8], "doesn't begin with '{'"),
                length("one byte too many", 9, "claims a header of 9 bytes"),
                length("2^40 bytes", 1L << 40, "claims a header of 1099511627776 bytes"),
                length("2^63 - 1 bytes", Long.MAX_VALUE, "claims a header of 9223372036854775807 bytes"),
                length("2^63 bytes", Long.MIN_VALUE, "claims a header of 9223372036854775808 bytes"),
                length("2^64 - 1 bytes", -1, "claims a header of 18446744073709551615 bytes"),
                length("above the limit", 100_000_001, "100000000 is the limit"));
    }

    static Stream<Broken> texts() {
        return Stream.of(
                header("a list", "[]", "doesn't begin with '{'"),
                header("a space first", " {}", "doesn't begin with '{'"),
                header("a byte order mark first", "\uFEFF{}", "doesn't begin with '{'"),
                header("cut", "{\"t\":{\"dtype\"", "the header is wrong"),
                header("two headers", "{}{}", "more text after the end", "line 1"),
                header("padded with NUL", "{}\0\0", "the header is wrong"),
                header("a comment", "{/**/}", "the header is wrong"),
                header("single quotes", "{'t':1}", "the header is wrong"),
                header("a trailing comma", "{\"__metadata__\":{},}", "the header is wrong"),
                header("a raw line break in a name", "{\"a\nb\":1}", "the header is wrong"),
                header("half a surrogate pair in a name", "{\"\\ud800\":1}", "surrogate pair"),
                header("half a surrogate pair in a text", "{\"__metadata__\":{\"k\":\"\\udc00\"}}", "surrogate pair"),
                file("not UTF-8", safetensors(bytes('{', '"', 0xFF, '"', ':', '1', '}'), 8), "isn't UTF-8"),
                file(
                        "an overlong character",
                        safetensors(bytes('{', '"', 0xC0, 0x80, '"', ':', '1', '}'), 8),
                        "isn't UTF-8"),
                file(
                        "an encoded surrogate",
                        safetensors(bytes('{', '"', 0xED, 0xA0, 0x80, '"', ':', '1', '}'), 8),
                        "isn't UTF-8"),
                header("a name of 100,000 characters", "{\"" + "n".repeat(100_000) + "\":1}", "the header is wrong"),
                header(
                        "nested 100,000 deep where a later format may add fields",
                        "{\"t\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}",
                        "nested more than 64 levels deep"),
                header(
                        "metadata nested deep",
                        "{\"__metadata__\":" + "{\"a\":".repeat(100_000),
                        "__metadata__",
                        "\"a\""),
                header("metadata that is a list", "{\"__metadata__\":[]}", "__metadata__ as an object"),
                header("metadata with a number", "{\"__metadata__\":{\"k\":1}}", "the __metadata__ \"k\" as a text"),
                header("metadata with a null", "{\"__metadata__\":{\"k\":null}}", "the __metadata__ \"k\" as a text"),
                header(
                        "a metadata key twice",
                        "{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}",
                        "\"k\" stands there twice"),
                header(
                        "metadata twice",
                        "{\"__metadata__\":{},\"__metadata__\":{}}",
                        "\"__metadata__\" stands in the header twice"),
                header(
                        "a tensor twice",
                        "{" + entry("t", "U8", "[4]", "[0,4]") + "," + entry("t", "U8", "[4]", "[4,8]") + "}",
                        "tensor \"t\" stands in the header twice"),
                header(
                        "a tensor twice, once escaped",
                        "{" + entry("t", "U8", "[4]", "[0,4]") + "," + entry("\\u0074", "U8", "[4]", "[4,8]") + "}",
                        "tensor \"t\" stands in the header twice"));
    }

    static Stream<Broken> entries() {
        String enormous = "1" + "0".repeat(30);
        return Stream.of(
                tensor("null", "null", "must be an object"),
                tensor("a list", "[]", "must be an object"),
                tensor("a text", "\"F32\"", "must be an object"),
                tensor("empty", "{}", "has no dtype"),
                tensor("no dtype", "{\"shape\":[8],\"data_offsets\":[0,8]}", "has no dtype"),
                tensor("no shape", "{\"dtype\":\"U8\",\"data_offsets\":[0,8]}", "has no shape"),
                tensor("no offsets", "{\"dtype\":\"U8\",\"shape\":[8]}", "has no data_offsets"),
                tensor("two dtypes", "{\"dtype\":\"U8\",\"dtype\":\"U8\"}", "two fields \"dtype\""),
                fields("dtype a number", "8", "[8]", "[0,8]", "must have a text as its dtype", "has 8"),
                fields("dtype null", "null", "[8]", "[0,8]", "must have a text as its dtype"),
                fields("dtype unknown", "\"F128\"", "[8]", "[0,8]", "has the type F128", "it knows [BOOL"),
                fields("dtype in small letters", "\"u8\"", "[8]", "[0,8]", "has the type u8"),
                fields("dtype empty", "\"\"", "[8]", "[0,8]", "has the type ,"),
                fields("dtype of another size", "\"F32\"", "[8]", "[0,8]", "has 8 bytes", "[8] of F32 takes 32 bytes"),
                fields("dtype of half a byte", "\"F4\"", "[3]", "[0,1]", "[3] of F4 takes 12 bits"),
                fields("shape a number", "\"U8\"", "8", "[0,8]", "must have a list as its shape"),
                fields("shape null", "\"U8\"", "null", "[0,8]", "must have a list as its shape"),
                fields("shape nested", "\"U8\"", "[[8]]", "[0,8]", "in its shape, where a whole number"),
                fields("dimension a text", "\"U8\"", "[\"8\"]", "[0,8]", "has 8 in its shape"),
                fields("dimension true", "\"U8\"", "[true]", "[0,8]", "has true in its shape"),
                fields("dimension null", "\"U8\"", "[null]", "[0,8]", "has null in its shape"),
                fields("dimension negative", "\"U8\"", "[-8]", "[0,8]", "has -8 in its shape"),
                fields("two dimensions negative", "\"U8\"", "[-4,-2]", "[0,8]", "has -4 in its shape"),
                fields("dimension fractional", "\"U8\"", "[8.5]", "[0,8]", "has 8.5 in its shape"),
                fields("dimension with a point", "\"U8\"", "[8.0]", "[0,8]", "has 8.0 in its shape"),
                fields("dimension with an exponent", "\"U8\"", "[8e0]", "[0,8]", "has 8e0 in its shape"),
                fields("dimension infinite", "\"U8\"", "[Infinity]", "[0,8]", "in its shape"),
                fields(
                        "dimension enormous",
                        "\"U8\"",
                        "[" + enormous + "]",
                        "[0,8]",
                        "has " + enormous + " in its shape"),
                fields("dimension of 2^63", "\"U8\"", "[9223372036854775808]", "[0,8]", "has 9223372036854775808"),
                header(
                        "dimension of 5,000 digits",
                        "{" + entry("t", "U8", "[" + "9".repeat(5_000) + "]", "[0,8]") + "}",
                        "the header is wrong"),
                fields("dimension that lies", "\"U8\"", "[1099511627776]", "[0,8]", "takes 1099511627776 bytes"),
                fields(
                        "product of 2^64",
                        "\"U8\"",
                        "[4294967296,4294967296]",
                        "[0,8]",
                        "more elements than can be counted"),
                fields("product of 2^64 times 0", "\"U8\"", "[4294967296,4294967296,0]", "[0,0]", "more elements"),
                fields(
                        "bytes of 2^66",
                        "\"F64\"",
                        "[4611686018427387904]",
                        "[0,8]",
                        "more elements than can be counted"),
                fields(
                        "70 dimensions",
                        "\"U8\"",
                        "[" + "1,".repeat(69) + "8]",
                        "[0,8]",
                        "more than 64 numbers in its shape"),
                fields("offsets a number", "\"U8\"", "[8]", "8", "must have a list as its data_offsets"),
                fields("no offset", "\"U8\"", "[8]", "[]", "has the data_offsets []"),
                fields("one offset", "\"U8\"", "[8]", "[0]", "has the data_offsets [0]"),
                fields("three offsets", "\"U8\"", "[8]", "[0,4,8]", "more than 2 numbers in its data_offsets"),
                fields("offset negative", "\"U8\"", "[8]", "[-8,0]", "has -8 in its data_offsets"),
                fields("offset fractional", "\"U8\"", "[8]", "[0,8.5]", "has 8.5 in its data_offsets"),
                fields(
                        "offset enormous",
                        "\"U8\"",
                        "[8]",
                        "[0," + enormous + "]",
                        "has " + enormous + " in its data_offsets"),
                fields(
                        "offsets reversed",
                        "\"U8\"",
                        "[8]",
                        "[8,0]",
                        "has the data_offsets [8, 0]",
                        "within the 8 bytes"),
                fields("offset behind the end", "\"U8\"", "[9]", "[0,9]", "within the 8 bytes of data"),
                fields("2^40 bytes", "\"U8\"", "[1099511627776]", "[0,1099511627776]", "within the 8 bytes of data"));
    }

    static Stream<Broken> layouts() {
        String first = entry("a", "U8", "[4]", "[0,4]");
        return Stream.of(
                header("nothing listed", "{}", "the tensors end at byte 10", "the file has 18 bytes"),
                header(
                        "a gap at the beginning",
                        "{" + entry("a", "U8", "[4]", "[4,8]") + "}",
                        "tensor \"a\"",
                        "gap behind the header"),
                header(
                        "a gap between",
                        "{" + first + "," + entry("b", "U8", "[2]", "[6,8]") + "}",
                        "tensor \"b\"",
                        "with a gap behind tensor \"a\""),
                header("a gap at the end", "{" + first + "}", "the tensors end at byte", "but the file has"),
                header(
                        "an overlap",
                        "{" + first + "," + entry("b", "U8", "[5]", "[3,8]") + "}",
                        "tensor \"b\"",
                        "inside tensor \"a\""),
                header(
                        "one in another",
                        "{" + entry("a", "U8", "[8]", "[0,8]") + "," + entry("b", "U8", "[2]", "[2,4]") + "}",
                        "tensor \"b\"",
                        "inside tensor \"a\""),
                header(
                        "the same bytes twice",
                        "{" + entry("a", "U8", "[8]", "[0,8]") + "," + entry("b", "U8", "[8]", "[0,8]") + "}",
                        "tensor \"b\"",
                        "inside tensor \"a\""),
                header(
                        "an empty one in the middle of another",
                        "{" + entry("a", "U8", "[8]", "[0,8]") + "," + entry("b", "U8", "[0]", "[4,4]") + "}",
                        "tensor \"b\"",
                        "inside tensor \"a\""));
    }

    @ParameterizedTest
    @MethodSource({"lengths", "texts", "entries", "layouts"})
    void isRefused(Broken broken) {
        Path file = write(folder.resolve("broken.safetensors"), broken.bytes());
        for (Access access : Access.values()) {
            assertRefusedAtOnce(
                    () -> Safetensors.open(file, access), broken.message().toArray(String[]::new));
            assertRefused(() -> Safetensors.open(file, access), file.toString());
        }
    }

    @Test
    void aFileCutAnywhereIsRefused() {
        String header = "{\"__metadata__\":{\"format\":\"pt\"}," + entry("a", "F32", "[1]", "[0,4]") + ","
                + entry("b", "F16", "[2,1]", "[4,8]") + "}";
        byte[] whole = safetensors(header, 8);
        Path file = folder.resolve("cut.safetensors");
        Safetensors.open(write(file, whole)).close();
        for (int length = 0; length < whole.length; length++) {
            write(file, Arrays.copyOf(whole, length));
            assertRefused(() -> Safetensors.open(file), file.toString());
        }
        write(file, Arrays.copyOf(whole, whole.length + 1));
        assertRefused(() -> Safetensors.open(file), file.toString(), "the tensors end at byte " + whole.length);
    }

    @Test
    void aHeaderOfTheLargestSizeIsReadInGoodTimeAndRefusedForItsFirstFault() throws IOException {
        byte[] header = new byte[90_000_000];
        Arrays.fill(header, (byte) '[');
        header[0] = '{';
        Path file = write(folder.resolve("large.safetensors"), safetensors(header, 0));
        assertRefusedAtOnce(() -> Safetensors.open(file), "the header is wrong");
        Files.delete(file);
    }

    @Test
    void messagesRepeatNoControlCharactersAndNoBookOfText() {
        String name = "\\u001b[2J\\u202e" + "x".repeat(10_000);
        Path file = write(
                folder.resolve("names.safetensors"), safetensors("{" + entry(name, "U8", "[9]", "[0,9]") + "}", 8));
        String message = assertRefused(() -> Safetensors.open(file), "\\u001b[2J\\u202exxx", "within the 8 bytes")
                .getMessage();
        assertFalse(message.contains("\u001b"));
        assertFalse(message.contains("\u202e"));
        assertTrue(message.length() < 1_000, message);
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        assertRefused(() -> Safetensors.open(folder), folder.toString(), "isn't a file");
        assertRefused(() -> Safetensors.open(folder.resolve("none")), "none", "doesn't exist");
        Path loop = folder.resolve("loop.safetensors");
        Files.createSymbolicLink(loop, loop.getFileName());
        assertRefused(() -> Safetensors.open(loop), loop.toString(), "link");
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
