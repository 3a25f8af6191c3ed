package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.checkpoint.Safetensors;
import org.tenon.models.checkpoint.SafetensorsWriter;
import org.tenon.models.checkpoint.StoredTensor;

class VerifyTest {
    @TempDir
    private Path folder;

    static Stream<String> goldens() throws IOException {
        return Run.goldens();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void everyGoldenAgreesWithItsReference(String golden) {
        Run run = Run.tenon("verify", "--model", Run.golden(golden), "--json");
        assertEquals(0, run.code(), run.out() + run.err());
        Config report = run.json();
        assertTrue(report.flag("passed"));
        assertEquals(1e-4, report.decimal("bound"));
        assertTrue(report.text("numerics").contains("F32"));
        List<Config> ways = report.list("ways");
        if (golden.startsWith("bert")) {
            encoderAgrees(report, ways);
            return;
        }
        assertEquals(4, ways.size());
        assertEquals(report.integer("cases"), ways.getFirst().integer("cases"), "whole prefill compares every case");
        assertEquals(report.integer("cases"), ways.getLast().integer("cases"), "the batch compares every case");
        assertTrue(ways.getFirst().decimal("deviation") > 0, "no two implementations round alike");
        assertEquals(report.integer("cases"), report.list("continuations").size());
        report.list("continuations").forEach(one -> assertEquals(12, one.integer("equal_tokens")));
    }

    private static void encoderAgrees(Config report, List<Config> ways) {
        assertTrue(ways.size() >= 2);
        ways.forEach(way -> assertEquals(report.integer("cases"), way.integer("cases")));
        assertEquals(List.of(), report.list("continuations"));
    }

    @Test
    void theTableOfAnEncoderShowsWhatItGives() {
        Run run = Run.tenon("verify", "--model", Run.golden("bert-classifier"), "--backend", "cpu");
        assertEquals(0, run.code(), run.err());
        for (String what : new String[] {"hidden states", "pooler", "logits"}) {
            for (String way : new String[] {"alone", "one ragged batch"}) {
                assertTrue(
                        run.out()
                                .lines()
                                .anyMatch(line -> line.matches(what + ", " + way + " +4 +[0-9.]+e-0[5-9] .*  ok")),
                        run.out());
            }
        }
        assertTrue(!run.out().contains("greedy"), run.out());
    }

    @Test
    void theTableShowsEachWayWithItsBound() {
        Run run = Run.tenon("verify", "--model", Run.golden("llama-gqa-tied"), "--backend", "cpu");
        assertEquals(0, run.code(), run.err());
        for (String way : new String[] {"whole prefill", "chunks of 7", "token by token", "one ragged batch"}) {
            assertTrue(
                    run.out().lines().anyMatch(line -> line.matches(way + " +3 +[0-9.]+e-0[5-9] +1.0e-04  ok")),
                    run.out());
        }
        assertTrue(run.out().lines().anyMatch(line -> line.matches("greedy tokens +3 +36 equal +ok")), run.out());
        assertTrue(run.out().contains("activations F32"), run.out());
    }

    @Test
    void theTableOfAnEncoderWithADecoderHasItsGreedyTokens() {
        Run run = Run.tenon("verify", "--model", Run.golden("t5-f32"), "--backend", "cpu");
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().lines().anyMatch(line -> line.matches("greedy tokens +[1-9]\\d* +[1-9]\\d* equal +ok")),
                run.out());
    }

    @Test
    void whatTheReferenceMakesDependOnTheLengthIsLeftOutAndSaid() {
        Run run = Run.tenon("verify", "--model", Run.golden("llama-dynamic"));
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("token by token: 2 of 5 cases are not comparable: "), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("whole prefill +5 .* ok")), run.out());
    }

    @ParameterizedTest
    @CsvSource({"bf16, 0.02", "f16, 0.005"})
    void narrowActivationsHaveAWiderBound(String activations, double bound) {
        Run run = Run.tenon("verify", "--model", Run.golden("llama-gqa-tied"), "--activations", activations, "--json");
        assertEquals(bound, run.json().decimal("bound"));
        assertTrue(run.json().list("ways").getFirst().decimal("deviation") > 1e-5, "rounded, so not as exact as F32");
        assertEquals(run.json().flag("passed") ? 0 : 1, run.code());
    }

    /** A model with other metadata in its reference, and its tensors or none. */
    private Path with(Map<String, String> metadata, boolean tensors) throws IOException {
        Path model = Run.copy("llama-gqa-tied", folder);
        Path file = model.resolve(ReferenceFile.NAME);
        Path other = folder.resolve("other.safetensors");
        try (Safetensors reference = Safetensors.open(file)) {
            Map<String, String> all = new LinkedHashMap<>(reference.metadata());
            all.putAll(metadata);
            Map<String, WeightSource> kept = new LinkedHashMap<>();
            if (tensors) {
                reference.tensors().keySet().forEach(name -> kept.put(name, reference.tensor(name)));
            }
            SafetensorsWriter.write(other, kept, all);
        }
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        return model;
    }

    /** Changes bytes of a tensor of the reference, {@code element} counted in elements of {@code size} bytes. */
    private Path tampered(String tensor, int element, int size, byte[] bytes) throws IOException {
        Path model = Run.copy("llama-gqa-tied", folder);
        Path file = model.resolve(ReferenceFile.NAME);
        StoredTensor stored;
        try (Safetensors reference = Safetensors.open(file)) {
            stored = reference.tensors().get(tensor);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), stored.offset() + (long) element * size);
        }
        return model;
    }

    @Test
    void oneWrongLogitFailsEveryWay() throws IOException {
        byte[] value = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0.25f)
                .array();
        Run run = Run.tenon(
                "verify", "--model", tampered("case.1.logits", 200, 4, value).toString(), "--json");
        assertEquals(1, run.code());
        assertFalse(run.json().flag("passed"));
        for (Config way : run.json().list("ways")) {
            assertTrue(way.decimal("deviation") > 1e-4);
            assertEquals(1, way.integer("worst_case"));
        }
    }

    @Test
    void aLogitThatIsNoNumberFails() throws IOException {
        byte[] value = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(Float.NaN)
                .array();
        Run run = Run.tenon(
                "verify", "--model", tampered("case.2.logits", 5, 4, value).toString());
        assertEquals(1, run.code());
        assertTrue(run.out().contains("FAILED in case 2"), run.out());
    }

    @Test
    void theFirstTokenThatDiffersIsNamed() throws IOException {
        Path model = tampered("case.2.generated_ids", 4, 8, new byte[] {127, 0, 0, 0, 0, 0, 0, 0});
        Run run = Run.tenon("verify", "--model", model.toString());
        assertEquals(1, run.code());
        assertTrue(run.out().matches("(?s).*case 2: token 4 is \\d+, the reference's is 127\n.*"), run.out());
        assertTrue(run.out().contains("28 equal"), run.out());
    }

    @Test
    void whereTheReferenceWasNearATieTheComparisonEnds() throws IOException {
        Path model = tampered("case.2.generated_ids", 4, 8, new byte[] {127, 0, 0, 0, 0, 0, 0, 0});
        try (Safetensors reference = Safetensors.open(model.resolve(ReferenceFile.NAME));
                FileChannel channel = FileChannel.open(model.resolve(ReferenceFile.NAME), StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.allocate(4),
                    reference.tensors().get("case.2.generated_margin").offset() + 4 * 4);
        }
        Run run = Run.tenon("verify", "--model", model.toString());
        assertEquals(0, run.code(), run.out() + run.err());
        assertTrue(run.out().contains("closer than twice the bound at token 4"), run.out());
    }

    @Test
    void nothingToCompareIsAFailure() throws IOException {
        Path without = Run.copy("llama-gqa-llama3", folder);
        Files.delete(without.resolve(ReferenceFile.NAME));
        fails("nothing to verify against", without);
        fails("nothing to compare", with(Map.of(), false));
    }

    @Test
    void aReferenceOfAnotherKindOfModelIsAFailure() throws IOException {
        fails("encoder", with(Map.of("auto_class", "encoder"), true));
    }

    private static void fails(String said, Path model) {
        Run run = Run.tenon("verify", "--model", model.toString());
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().contains(said), run.err());
    }
}
