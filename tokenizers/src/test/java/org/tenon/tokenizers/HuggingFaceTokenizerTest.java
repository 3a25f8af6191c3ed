package org.tenon.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.TenonException;
import org.tenon.api.text.Encoding;
import org.tenon.api.text.TextStream;

class HuggingFaceTokenizerTest {
    private static final int MILLION = 1_000_000;
    private static final Map<String, HuggingFaceTokenizer> LONG_TEXT_TOKENIZERS = Map.of(
            "qwen", Fixtures.load("qwen"), "gpt4o", Fixtures.load("gpt4o"), "deepseek", Fixtures.load("deepseek"));

    @TestFactory
    Stream<DynamicTest> idsOffsetsAndTextAreThoseOfTheReference() {
        return Fixtures.NAMES.stream().map(name -> DynamicTest.dynamicTest(name, () -> compare(name)));
    }

    private static void compare(String name) {
        JsonNode fixture = Fixtures.read(name);
        HuggingFaceTokenizer tokenizer = Fixtures.load(name);
        assertTrue(fixture.get("texts").size() > 100, "a fixture without texts proves nothing");
        for (int i = 0; i < fixture.get("texts").size(); i++) {
            String text = fixture.get("texts").get(i).asText();
            JsonNode expected = fixture.get("encodings").get(i);
            Encoding encoding = tokenizer.encode(text, i % 2 == 1);
            assertArrayEquals(ints(expected.get("ids")), encoding.ids(), () -> "ids of '" + text + "'");
            assertArrayEquals(ints(expected.get("offsets")), offsets(encoding), () -> "offsets of '" + text + "'");
            assertEquals(expected.get("text").asText(), tokenizer.decode(encoding.ids(), true));
            assertEquals(expected.get("plain").asText(), tokenizer.decode(encoding.ids(), false));
        }
        for (JsonNode decoding : fixture.get("decodings")) {
            int[] ids = ints(decoding.get("ids"));
            assertEquals(decoding.get("text").asText(), tokenizer.decode(ids, true), () -> Arrays.toString(ids));
        }
    }

    private static int[] ints(JsonNode array) {
        int[] result = new int[array.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = array.get(i).asInt();
        }
        return result;
    }

    private static int[] offsets(Encoding encoding) {
        int[] result = new int[2 * encoding.size()];
        for (int i = 0; i < encoding.size(); i++) {
            result[2 * i] = encoding.start(i);
            result[2 * i + 1] = encoding.end(i);
        }
        return result;
    }

    /** Any ids, so any bytes: characters cut anywhere, bytes that are no UTF-8 at all. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "deepseek", "fused-decoder", "plain-decoder"})
    void streamedTextIsTheDecodedText(String name) {
        HuggingFaceTokenizer tokenizer = Fixtures.load(name);
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            int[] ids = random.ints(random.nextInt(40), -2, random.nextBoolean() ? 256 : tokenizer.size() + 5)
                    .toArray();
            boolean keepSpecial = random.nextBoolean();
            TextStream stream = tokenizer.stream(keepSpecial);
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(stream.append(id));
            }
            assertEquals(
                    tokenizer.decode(ids, keepSpecial),
                    text.append(stream.finish()).toString());
        }
    }

    @Test
    void aStreamGivesACharacterOnceItIsComplete() {
        HuggingFaceTokenizer tokenizer = Fixtures.load("gpt2");
        TextStream stream = tokenizer.stream(true);
        int[] bytes = bytes(tokenizer, "😀".getBytes(StandardCharsets.UTF_8));
        assertEquals("", stream.append(bytes[0]));
        assertEquals("", stream.append(bytes[1]));
        assertEquals("", stream.append(bytes[2]));
        assertEquals("😀", stream.append(bytes[3]));
        assertEquals("", stream.finish());
    }

    @Test
    void aStreamThatEndsInsideACharacterGivesOneReplacement() {
        HuggingFaceTokenizer tokenizer = Fixtures.load("gpt2");
        TextStream stream = tokenizer.stream(true);
        int[] bytes = bytes(tokenizer, "😀".getBytes(StandardCharsets.UTF_8));
        stream.append(bytes[0]);
        stream.append(bytes[1]);
        assertEquals("\ufffd", stream.finish());
        assertEquals(
                "😀",
                String.join(
                        "",
                        Stream.of(0, 1, 2, 3).map(i -> stream.append(bytes[i])).toList()),
                "afresh");
    }

    /** Unicode 16, table 3-8: a maximal part of a character is one replacement, any other byte one each. */
    @Test
    void bytesThatAreNoUtf8BecomeReplacementsByMaximalParts() {
        HuggingFaceTokenizer tokenizer = Fixtures.load("gpt2");
        byte[] example = {
            0x61,
            (byte) 0xf1,
            (byte) 0x80,
            (byte) 0x80,
            (byte) 0xe1,
            (byte) 0x80,
            (byte) 0xc2,
            0x62,
            (byte) 0x80,
            0x63,
            (byte) 0x80,
            (byte) 0xbf,
            0x64
        };
        assertEquals("a\ufffd\ufffd\ufffdb\ufffdc\ufffd\ufffdd", tokenizer.decode(bytes(tokenizer, example), true));
        byte[] surrogate = {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
        assertEquals("\ufffd\ufffd\ufffd", tokenizer.decode(bytes(tokenizer, surrogate), true));
    }

    private static int[] bytes(HuggingFaceTokenizer tokenizer, byte[] bytes) {
        int[] ids = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ids[i] = tokenizer.id(character(bytes[i] & 0xff)).orElseThrow();
        }
        return ids;
    }

    /** The character of a byte in GPT-2's alphabet, calculated as its encoder.py does. */
    private static String character(int b) {
        int next = 256;
        for (int c = 0; c <= b; c++) {
            boolean printable = (c >= 33 && c <= 126) || (c >= 161 && c <= 172) || c >= 174;
            if (c == b) {
                return Character.toString(printable ? c : next);
            }
            next += printable ? 0 : 1;
        }
        throw new IllegalArgumentException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3", "qwen", "gpt4o", "deepseek", "nfd", "prefix-and-trim"})
    void aSurrogateWithoutItsPartnerCountsAsTheReplacementCharacter(String name) {
        HuggingFaceTokenizer tokenizer = Fixtures.load(name);
        for (String text : List.of(
                "\ud800", "\udc00", "a\ud83db", "\udc00\ud800", "é\ud800\ud83d\ude00\udc00 x", "\ud83d\ud83d\ude00")) {
            String replaced = new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
            StringBuilder sane = new StringBuilder();
            text.codePoints().forEach(c -> sane.appendCodePoint(c >= 0xd800 && c <= 0xdfff ? 0xfffd : c));
            assertEquals(text.length(), replaced.length(), "the test's own texts");
            assertEquals(tokenizer.encode(sane.toString(), false), tokenizer.encode(text, false));
        }
    }

    /** A step per character and not per pair of characters: quadratic work on a million would take hours. */
    @ParameterizedTest
    @ValueSource(
            strings = {" ", "\n", "a", "A", "7", "!", "é", "中", "\u0301", "😀", "'s", " a", "\r\n", "aA", "\t ", "<|"})
    void aMillionOfAKindIsEncodedInSecondsAndComesBack(String kind) {
        String text = kind.repeat(MILLION / kind.length());
        LONG_TEXT_TOKENIZERS.forEach((name, tokenizer) -> {
            Encoding encoding = assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode(text, false), name);
            assertTrue(tokenizer.decode(encoding.ids(), true).equals(text), () -> name + " gives another text back");
        });
    }

    @Test
    void manyThreadsGetWhatOneGets() throws InterruptedException, ExecutionException {
        JsonNode texts = Fixtures.read("llama3").get("texts");
        HuggingFaceTokenizer tokenizer = Fixtures.load("llama3");
        HuggingFaceTokenizer other = Fixtures.load("llama3");
        List<Encoding> expected = new ArrayList<>();
        texts.forEach(text -> expected.add(other.encode(text.asText(), true)));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<List<Encoding>>> results = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                results.add(threads.submit(() -> {
                    List<Encoding> encodings = new ArrayList<>();
                    texts.forEach(text -> encodings.add(tokenizer.encode(text.asText(), true)));
                    return encodings;
                }));
            }
            for (Future<List<Encoding>> result : results) {
                assertEquals(expected, result.get());
            }
        }
    }

    @Test
    void tokensAndIdsAreFoundBothWays() {
        HuggingFaceTokenizer tokenizer = Fixtures.load("llama3");
        int begin = tokenizer.id("<|begin|>").orElseThrow();
        assertEquals("<|begin|>", tokenizer.token(begin).orElseThrow());
        assertTrue(tokenizer.special(begin));
        assertFalse(tokenizer.special(0));
        assertEquals(OptionalInt.empty(), tokenizer.id("no such token"));
        assertTrue(tokenizer.token(-1).isEmpty());
        assertTrue(tokenizer.token(tokenizer.size()).isEmpty());
        assertTrue(tokenizer.token(tokenizer.size() - 1).isPresent());
        assertFalse(tokenizer.special(-1));
    }

    @Test
    void idsWithoutATokenAreLeftOut() {
        HuggingFaceTokenizer tokenizer = Fixtures.load("gpt2");
        int a = tokenizer.id("a").orElseThrow();
        assertEquals("aa", tokenizer.decode(new int[] {-5, a, 1_000_000, a, Integer.MAX_VALUE}, true));
    }

    @Test
    void aFolderWithoutTokenizerJsonIsRefused(@TempDir Path folder) {
        TenonException e = assertThrows(TenonException.class, () -> HuggingFaceTokenizer.load(folder));
        assertTrue(e.getMessage().contains("there is no tokenizer.json"), e.getMessage());
    }
}
