package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.Closed;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.api.model.Stepper;
import org.tenon.api.tensor.DType;
import org.tenon.api.text.Message;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.golden.Verification;

/** An encoder with a decoder on the engine: a tiny T5, whose reference says what comes out. */
@Timeout(120)
class Seq2SeqTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");
    private static final Path T5 = GOLDENS.resolve("t5-v1-1");

    /** Sources of so many rows don't fit into a step together, nor sequences into the caches. */
    private static final Limits TIGHT = Limits.defaults()
            .sequences(5)
            .rows(80)
            .outputs(8)
            .context(160)
            .cacheBytes(110_000)
            .blockSize(16);

    private static Tenon open(Limits limits) {
        return Tenon.builder()
                .backend("cpu")
                .activations(DType.F32)
                .limits(limits)
                .open();
    }

    private static Sampling greedy(int tokens) {
        return sampling().greedy().maxTokens(tokens).endTokens(new int[0]);
    }

    private static int[] source(int number) {
        SplittableRandom random = new SplittableRandom(number);
        return random.ints(1 + random.nextInt(66), 3, 128).toArray();
    }

    @Test
    void generatesWhatTheReferenceGenerates() {
        try (Tenon tenon = open(TIGHT);
                Seq2SeqModel model = tenon.seq2seq(T5);
                ReferenceFile reference = ReferenceFile.in(T5)) {
            assertArrayEquals(new int[] {0}, model.decoderStart());
            for (ReferenceFile.Case one : reference.cases()) {
                try (Generation generation =
                        model.generate(Request.ids(one.inputIds()).sampling(greedy(one.generatedIds().length)))) {
                    Result result = generation.await();
                    assertArrayEquals(one.generatedIds(), result.ids());
                    assertEquals(FinishReason.MAX_TOKENS, result.reason());
                    assertEquals(one.inputIds().length + 1, result.usage().promptTokens());
                }
            }
        }
    }

    /** Steps are shared, blocks run out, sequences are evicted and their sources encoded again: nobody notices. */
    @Test
    void manyRequestsAtOnceGiveWhatEachGivesAlone() {
        int requests = 16;
        int tokens = 60;
        List<int[]> alone = new ArrayList<>();
        try (Tenon tenon = open(Limits.defaults().context(160));
                Seq2SeqModel model = tenon.seq2seq(T5)) {
            for (int i = 0; i < requests; i++) {
                try (Generation one = model.generate(request(i, tokens))) {
                    alone.add(one.await().ids());
                }
            }
        }
        try (Tenon tenon = open(TIGHT);
                Seq2SeqModel model = tenon.seq2seq(T5)) {
            List<CompletableFuture<Result>> together = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                together.add(model.generate(request(i, tokens)).future());
            }
            for (int i = 0; i < requests; i++) {
                assertArrayEquals(alone.get(i), together.get(i).join().ids(), "request " + i);
            }
        }
    }

    /** Every other one draws. */
    private static Request request(int number, int tokens) {
        Sampling drawn = sampling()
                .temperature(1)
                .topK(20)
                .seed(number)
                .maxTokens(tokens)
                .endTokens(new int[0]);
        return Request.ids(source(number)).sampling(number % 2 == 0 ? greedy(tokens) : drawn);
    }

    @Test
    void aDecodersPrefillIsItsStepsAndGoingBackIsNeverHavingGone() {
        try (Tenon tenon = open(Limits.defaults().context(160));
                Seq2SeqModel model = tenon.seq2seq(T5);
                Stepper stepper = model.stepper();
                Stepper.Sequence whole = stepper.open(source(3));
                Stepper.Sequence steps = stepper.open(source(3));
                Stepper.Sequence other = stepper.open(source(4))) {
            int[] target = source(5);
            float[][] expected = stepper.step(List.of(Stepper.Chunk.of(whole, target)));
            stepper.step(List.of(Stepper.Chunk.of(steps, 9, 8, 7), Stepper.Chunk.of(other, target)));
            steps.truncate(0);
            for (int i = 0; i < target.length; i++) {
                float[] found = stepper.step(List.of(Stepper.Chunk.of(steps, target[i])))[0];
                assertArrayEquals(
                        expected[i], found, 1e-5f * 20, "row " + i); // logits within 20, rounding near 1e-6 of that
            }
        }
    }

    @Test
    void whatCannotBeIsRefusedBeforeItIsQueued() {
        try (Tenon tenon = open(TIGHT)) {
            TenonException kind = assertThrows(TenonException.class, () -> tenon.causal(T5));
            assertTrue(kind.getMessage().contains("seq2seq(...)"), kind.getMessage());
            Seq2SeqModel model = tenon.seq2seq(T5);
            try (model) {
                refused(model, Request.ids(), "the source must have at least one token");
                refused(model, Request.ids(new int[81]), "the source must fit in a step of 80 rows, but has 81 tokens");
                refused(model, Request.ids(5, 128), "token 1 must be an id from 0 to 127, but is 128");
                refused(model, Request.chat(Message.user("hello")), "takes a source, not a conversation");
                refused(model, Request.text("hello"), "needs a tokenizer");
                assertThrows(InvalidRequest.class, () -> model.search(Request.ids(5), BeamSearch.of(6)));
                try (Stepper stepper = model.stepper()) {
                    assertThrows(InvalidRequest.class, stepper::open);
                }
            }
            assertThrows(Closed.class, () -> model.generate(Request.ids(5)));
        }
        try (Tenon tenon = open(TIGHT);
                GenerativeModel causal = tenon.causal(GOLDENS.resolve("llama-gqa-tied"));
                Stepper stepper = causal.stepper()) {
            assertThrows(InvalidRequest.class, () -> stepper.open(new int[] {5}));
        }
    }

    private static void refused(Seq2SeqModel model, Request request, String message) {
        InvalidRequest refused = assertThrows(InvalidRequest.class, () -> model.generate(request));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"t5-f32", "t5-old", "t5-flan-old", "mt5-untied"})
    void whatWasLoadedIsSavedInTheFamilysSpelling(String name, @TempDir Path folder) {
        try (Tenon tenon = open(Limits.defaults().rows(512).outputs(256));
                ReferenceFile reference = ReferenceFile.in(GOLDENS.resolve(name))) {
            try (Seq2SeqModel model = tenon.seq2seq(GOLDENS.resolve(name))) {
                tenon.save(model, folder);
            }
            assertEquals("t5", Json.read(folder.resolve("config.json")).text("model_type"));
            try (Seq2SeqModel again = tenon.seq2seq(folder)) {
                assertTrue(Verification.of(again, reference, List.of()).passed());
            }
        }
    }

    /** The first token, the last one, and what the decoder starts with, by {@code generation_config.json}. */
    @Test
    void whatAFileForcesIsForcedAsTheReferenceDoes(@TempDir Path folder) throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(T5.resolve(file), folder.resolve(file));
        }
        for (Config file : Json.read(T5.resolve("forced.json")).list("files")) {
            Json.write(folder.resolve("generation_config.json"), file.child("generation"));
            try (Tenon tenon = open(Limits.defaults().context(128));
                    Seq2SeqModel model = tenon.seq2seq(folder)) {
                assertFalse(file.list("runs").isEmpty());
                for (Config run : file.list("runs")) {
                    assertEquals(
                            run.list("found").stream()
                                    .map(one -> one.asList().stream()
                                            .map(Config::asInteger)
                                            .toList())
                                    .toList(),
                            outputs(model, run),
                            () -> file.child("generation") + " " + run);
                }
            }
        }
    }

    private static List<List<Integer>> outputs(Seq2SeqModel model, Config run) {
        Request request =
                Request.ids(BeamsTest.ids(run, "ids")).sampling(sampling().maxTokens(run.positive("maxTokens")));
        int beams = run.positive("beams");
        if (beams == 1) {
            return List.of(
                    Arrays.stream(model.generate(request).await().ids()).boxed().toList());
        }
        return model.search(request, BeamSearch.of(beams).returned(beams)).join().stream()
                .map(Hypothesis::ids)
                .toList();
    }

    @Test
    void beamsAreTheSameWhereBlocksRunOut() {
        Config file = Json.read(T5.resolve("beams.json"));
        try (Tenon tenon = open(TIGHT);
                GenerativeModel model = tenon.seq2seq(T5)) {
            List<CompletableFuture<Result>> others = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                others.add(model.generate(request(i, 60)).future());
            }
            Config one = file.list("searches").getFirst();
            BeamsTest.check(one, BeamsTest.search(model, one).join());
            others.forEach(CompletableFuture::join);
        }
    }
}
