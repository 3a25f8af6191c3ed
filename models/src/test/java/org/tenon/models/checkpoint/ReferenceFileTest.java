package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.entry;
import static org.tenon.models.checkpoint.Fixtures.resource;
import static org.tenon.models.checkpoint.Fixtures.safetensors;
import static org.tenon.models.checkpoint.Fixtures.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.config.Config;

class ReferenceFileTest {
    @TempDir
    Path folder;

    private static final String METADATA =
            "\"__metadata__\":{\"format\":\"tenon-reference-1\",\"auto_class\":\"causal\"}";

    private void reference(String header, int bytes) {
        write(folder.resolve(ReferenceFile.NAME), safetensors(header, bytes));
    }

    @Test
    void everyGoldenIsReadWhole() throws IOException {
        try (Stream<Path> goldens = Files.list(resource("goldens"))) {
            List<Path> folders = goldens.toList();
            assertTrue(folders.size() >= 8);
            for (Path golden : folders) {
                try (ReferenceFile reference = ReferenceFile.in(golden)) {
                    Config config = Json.read(golden.resolve("config.json"));
                    int vocabulary = config.positive(config.has("vocab_size") ? "vocab_size" : "vocabulary");
                    assertTrue(reference.transformersVersion().startsWith("5."));
                    if (reference.autoClass().equals("seq2seq")) {
                        decoderIsReadWhole(reference, vocabulary);
                        continue;
                    }
                    if (!reference.autoClass().equals("causal")) {
                        encoderIsReadWhole(reference, config);
                        continue;
                    }
                    assertTrue(
                            reference.architecture().matches(".*(ForCausalLM|LMHeadModel)"), reference.architecture());
                    for (ReferenceFile.Case one : reference.cases()) {
                        ReferenceFile.Rows logits = one.logits().orElseThrow();
                        assertEquals(one.inputIds().length, logits.count());
                        assertEquals(vocabulary, logits.width());
                        int last = logits.count() - 1;
                        int best = 0;
                        float[] row = logits.row(last);
                        for (int id = 0; id < row.length; id++) {
                            best = row[id] > row[best] ? id : best;
                        }
                        assertEquals(one.generatedIds()[0], best, "the first token is the argmax of the last row");
                        assertEquals(
                                one.generatedIds().length,
                                one.generatedMargins().orElseThrow().length);
                    }
                }
            }
        }
    }

    private static void decoderIsReadWhole(ReferenceFile reference, int vocabulary) {
        assertTrue(reference.architecture().endsWith("ForConditionalGeneration"), reference.architecture());
        for (ReferenceFile.Case one : reference.cases()) {
            ReferenceFile.Rows logits = one.logits().orElseThrow();
            assertEquals(0, one.decoderInputIds()[0]);
            assertEquals(one.decoderInputIds().length, logits.count());
            assertEquals(vocabulary, logits.width());
            float[] row = logits.row(0);
            int best = 0;
            for (int id = 0; id < row.length; id++) {
                best = row[id] > row[best] ? id : best;
            }
            assertEquals(one.generatedIds()[0], best, "the first token is the argmax after the start token");
        }
    }

    private static void encoderIsReadWhole(ReferenceFile reference, Config config) {
        assertTrue(Set.of("encoder", "masked", "classifier").contains(reference.autoClass()));
        for (ReferenceFile.Case one : reference.cases()) {
            ReferenceFile.Rows hidden = one.lastHiddenState().orElseThrow();
            assertEquals(one.inputIds().length, hidden.count());
            assertEquals(config.positive("hidden_size"), hidden.width());
            assertEquals(one.inputIds().length, one.tokenTypeIds().length);
            one.poolerOutput().ifPresent(pooled -> assertEquals(1, pooled.count()));
            assertEquals(reference.autoClass().equals("encoder"), one.logits().isEmpty());
            assertEquals(0, one.generatedIds().length);
        }
    }

    @Test
    void casesAreInTheOrderOfTheirNumbers() {
        StringBuilder header = new StringBuilder("{" + METADATA);
        for (int i = 0; i < 12; i++) {
            header.append(',')
                    .append(entry("case." + i + ".input_ids", "I64", "[1]", "[" + 8 * i + "," + 8 * (i + 1) + "]"));
        }
        byte[] head = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.wrap(safetensors(head, 96)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 12; i++) {
            file.putLong(8 + head.length + 8 * i, 100 + i);
        }
        write(folder.resolve(ReferenceFile.NAME), file.array());
        try (ReferenceFile reference = ReferenceFile.in(folder)) {
            for (int i = 0; i < 12; i++) {
                ReferenceFile.Case one = reference.cases().get(i);
                assertEquals(i, one.number());
                assertArrayEquals(new int[] {100 + i}, one.inputIds());
                assertArrayEquals(new int[0], one.generatedIds());
                assertEquals(Optional.empty(), one.generatedMargins());
                assertEquals(Optional.empty(), one.logits());
            }
        }
    }

    @Test
    void aFolderWithoutAReferenceSaysThatThereIsNothingToCompare() {
        assertRefused(() -> ReferenceFile.in(folder), folder.toString(), "reference.safetensors", "nothing to verify");
    }

    @Test
    void aFileThatIsNoReferenceIsRefused() {
        reference("{}", 0);
        assertRefused(() -> ReferenceFile.in(folder), ReferenceFile.NAME, "must say format: tenon-reference-1");
        reference("{\"__metadata__\":{\"format\":\"tenon-reference-2\"}}", 0);
        assertRefused(() -> ReferenceFile.in(folder), ReferenceFile.NAME, "tenon-reference-2");
        reference("{" + METADATA + "}", 0);
        assertRefused(() -> ReferenceFile.in(folder), ReferenceFile.NAME, "holds no case");
    }

    @ParameterizedTest(name = "{0} {1}{2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "case.0.inputs | I64 | [1] | isn't part of the format",
                "case.x.input_ids | I64 | [1] | isn't part of the format",
                "case.99999999999.input_ids | I64 | [1] | isn't part of the format",
                "other | I64 | [1] | isn't part of the format",
                "case.1.input_ids | I64 | [1] | has a case 1, but no case 0",
                "case.0.logits | F32 | [1,2] | \"case.0.input_ids\" is missing",
                "case.0.input_ids | F64 | [1] | must be of type I64, but is of type F64",
                "case.0.input_ids | I64 | [1,1] | must have one dimension",
                "case.0.input_ids | I64 | [0] | must hold at least one id",
                "case.0.input_ids | I64 | [1] | holds 506097522914230528",
            })
    void aTensorThatDoesNotFitIsRefused(String name, String type, String shape, String message) {
        int bytes = shape.equals("[0]") ? 0 : 8;
        reference("{" + METADATA + "," + entry(name, type, shape, "[0," + bytes + "]") + "}", bytes);
        assertRefused(() -> ReferenceFile.in(folder), ReferenceFile.NAME, message);
    }

    @Test
    void tensorsOfACaseMustFitEachOther() {
        String ids = entry("case.0.input_ids", "I64", "[2]", "[0,16]");
        byte[] logits = ("{" + METADATA + "," + ids + "," + entry("case.0.logits", "F32", "[1,2]", "[16,24]") + "}")
                .getBytes(StandardCharsets.UTF_8);
        write(folder.resolve(ReferenceFile.NAME), zeroed(logits, 24));
        assertRefused(
                () -> ReferenceFile.in(folder), "\"case.0.logits\"", "a row for each of the 2 input_ids", "[1, 2]");
        byte[] margins = ("{" + METADATA + "," + ids + "," + entry("case.0.generated_ids", "I64", "[1]", "[16,24]")
                        + "," + entry("case.0.generated_margin", "F32", "[2]", "[24,32]") + "}")
                .getBytes(StandardCharsets.UTF_8);
        write(folder.resolve(ReferenceFile.NAME), zeroed(margins, 32));
        assertRefused(
                () -> ReferenceFile.in(folder), "\"case.0.generated_margin\"", "as many elements as generated_ids, 1");
    }

    private static byte[] zeroed(byte[] header, int dataBytes) {
        byte[] file = safetensors(header, dataBytes);
        java.util.Arrays.fill(file, 8 + header.length, file.length, (byte) 0);
        return file;
    }
}
