package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Session;
import org.tenon.api.model.Stepper;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.evaluation.Perplexity;
import org.tenon.models.sampling.LogProbabilities;

/** The engine on a real network: a tiny Llama, whose reference says what comes out. */
@Timeout(60)
class GeneratingTest {
    private static final Path LLAMA = Path.of("src/test/resources/goldens/llama-mha-f32");
    private static Tenon tenon;
    private static CausalModel model;
    private static List<ReferenceFile.Case> cases;

    @BeforeAll
    static void load() {
        tenon = Tenon.builder()
                .backend("cpu")
                .activations(DType.F32)
                .limits(Limits.defaults().sequences(4).rows(24).outputs(8).buffer(8))
                .open();
        model = tenon.causal(LLAMA);
        try (ReferenceFile reference = ReferenceFile.in(LLAMA)) {
            cases = reference.cases();
        }
    }

    @AfterAll
    static void close() {
        tenon.close();
    }

    private static Sampling greedy(int tokens) {
        return sampling().greedy().ignoreEndTokens().maxTokens(tokens);
    }

    private static int[] prompt(int length, int number) {
        return new SplittableRandom(number).ints(length, 0, model.vocabulary()).toArray();
    }

    @Test
    void greedyContinuationsAreTheReferences() {
        for (ReferenceFile.Case one : cases) {
            Result result = model.generate(Request.ids(one.inputIds()).sampling(greedy(one.generatedIds().length)))
                    .await();
            assertArrayEquals(one.generatedIds(), result.ids());
        }
    }

    @Test
    void manyCallersGetWhatEachWouldGetAlone() throws Exception {
        List<int[]> alone = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            alone.add(drawn(i));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<int[]>> together = new ArrayList<>();
            for (int i = 0; i < alone.size(); i++) {
                int number = i;
                together.add(threads.submit(() -> drawn(number)));
            }
            for (int i = 0; i < alone.size(); i++) {
                assertArrayEquals(alone.get(i), together.get(i).get(), "caller " + i);
            }
        }
    }

    private static int[] drawn(int number) {
        Sampling sampling = sampling()
                .temperature(0.8)
                .topP(0.9)
                .seed(number)
                .ignoreEndTokens()
                .maxTokens(3 + number);
        try (Generation generation =
                model.generate(Request.ids(prompt(1 + 3 * number, number)).sampling(sampling))) {
            List<Integer> ids = new ArrayList<>();
            generation.forEach(token -> ids.add(token.id()));
            return ids.stream().mapToInt(id -> id).toArray();
        }
    }

    @Test
    void aSessionGoesOnFromItsCacheAsIfItHadComputedTheWhole() {
        try (Session session = model.session()) {
            int[] first = prompt(11, 1);
            int[] second = prompt(6, 2);
            Result one =
                    session.generate(Request.ids(first).sampling(greedy(5))).await();
            Result two =
                    session.generate(Request.ids(second).sampling(greedy(5))).await();
            assertEquals(11 + 5 - 1, two.usage().cachedTokens());
            int[] whole = java.util.stream.IntStream.concat(
                            java.util.Arrays.stream(first),
                            java.util.stream.IntStream.concat(
                                    java.util.Arrays.stream(one.ids()), java.util.Arrays.stream(second)))
                    .toArray();
            assertArrayEquals(
                    model.generate(Request.ids(whole).sampling(greedy(5)))
                            .await()
                            .ids(),
                    two.ids());
        }
    }

    @Test
    void theContextEndsASequence() {
        int length = model.context() - 3;
        Result result = model.generate(Request.ids(prompt(length, 5)).sampling(greedy(10)))
                .await();
        assertEquals(FinishReason.CONTEXT_FULL, result.reason());
        assertEquals(3, result.ids().length);
        assertEquals(length, result.usage().promptTokens());
    }

    @Test
    void perplexityIsTheMeanOfTheLogProbabilities() {
        int[] ids = prompt(60, 9);
        double sum = 0;
        try (Stepper stepper = model.stepper();
                Stepper.Sequence sequence = stepper.open()) {
            for (int i = 0; i + 1 < ids.length; i++) {
                float[][] row = stepper.step(List.of(Stepper.Chunk.of(sequence, ids[i])));
                sum += LogProbabilities.of(row[0], ids[i + 1]);
            }
        }
        Perplexity score = Perplexity.of(model, ids, model.context(), (done, total) -> {});
        // chunks and single tokens round differently: F32 logits within about 1e-6 of their range, which is below 100
        assertEquals(-sum / 59, score.loss(), 1e-4);
        assertTrue(score.value() > 1, () -> "perplexity " + score.value());
    }

    @Test
    void logProbabilitiesOfAllIdsSumUpToOne() {
        Result result = model.generate(Request.ids(1, 2, 3).sampling(greedy(1).logProbabilities(model.vocabulary())))
                .await();
        double sum = result.tokens().getFirst().best().stream()
                .mapToDouble(candidate -> Math.exp(candidate.logProbability()))
                .sum();
        assertEquals(1, sum, 1e-12); // a hundred or so terms in F64
        assertEquals(
                result.tokens().getFirst().logProbability().getAsDouble(),
                result.tokens().getFirst().best().getFirst().logProbability(),
                "greedy takes the best");
    }
}
