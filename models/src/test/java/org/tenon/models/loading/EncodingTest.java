package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.model.Closed;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.Interrupted;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Overloaded;
import org.tenon.api.model.Pooling;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;

/** The engine of encoders on a real network: tiny BERTs. What they compute is held against the reference by the goldens. */
@Timeout(60)
class EncodingTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");
    private static final int ROWS = 80;

    private static Tenon tenon;
    private static EncoderModel model;

    @BeforeAll
    static void load() {
        tenon = Tenon.builder()
                .backend("cpu")
                .activations(DType.F32)
                .reproducibility(Reproducibility.BATCH_INVARIANT)
                .limits(Limits.defaults().rows(ROWS).sequences(4).queue(40))
                .open();
        model = tenon.encoder(GOLDENS.resolve("bert-body"));
    }

    @AfterAll
    static void close() {
        tenon.close();
    }

    private static EncoderInput.Ids input(int number) {
        SplittableRandom random = new SplittableRandom(number);
        int length = 1 + random.nextInt(model.context());
        return EncoderInput.ids(random.ints(length, 0, model.vocabulary()).toArray())
                .types(random.ints(length, 0, 2).toArray());
    }

    private static void assertSame(Encoded expected, Encoded found) {
        assertEquals(expected.heads(), found.heads());
        assertTrue(Arrays.deepEquals(expected.hidden(), found.hidden()));
        expected.heads().forEach(head -> assertTrue(Arrays.deepEquals(expected.head(head), found.head(head)), head));
    }

    @Test
    void manyCallersGetWhatEachWouldGetAlone() throws Exception {
        List<Encoded> alone = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            alone.add(model.encode(input(i), ModelSpec.POOLER));
        }
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Encoded>> together = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                EncoderInput input = input(i);
                together.add(callers.submit(() -> model.encode(input, ModelSpec.POOLER)));
            }
            for (int i = 0; i < 24; i++) {
                assertSame(alone.get(i), together.get(i).get());
            }
        }
    }

    @Test
    void aBatchOfMoreThanAStepIsComputedInSeveralAndComesInOrder() {
        List<EncoderInput> inputs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            inputs.add(input(i));
        }
        List<Integer> steps = new ArrayList<>();
        List<Encoded> all;
        try (ModelListener.Registration _ = model.listen(new ModelListener() {
            @Override
            public void stepped(StepReport step) {
                steps.add(step.rows());
                assertTrue(step.sequences() <= 4);
            }
        })) {
            all = model.encode(inputs, Set.of());
        }
        for (int i = 0; i < inputs.size(); i++) {
            assertSame(model.encode(input(i)), all.get(i));
        }
        assertTrue(steps.size() > 1, steps::toString);
        assertTrue(steps.stream().allMatch(rows -> rows <= ROWS), steps::toString);
        assertEquals(
                all.stream().mapToInt(Encoded::length).sum(),
                steps.stream().mapToInt(Integer::intValue).sum());
        assertEquals(List.of(), model.encode(List.of(), Set.of()));
    }

    @Test
    void aSequenceBecomesAVectorInTheWayThatIsAskedFor() {
        EncoderInput input = input(3);
        Encoded encoded = model.encode(input, ModelSpec.POOLER);
        float[][] hidden = encoded.hidden();
        assertArrayEquals(hidden[0], encoded.embedding(Pooling.FIRST));
        assertArrayEquals(hidden[hidden.length - 1], encoded.embedding(Pooling.LAST));
        assertArrayEquals(encoded.head(ModelSpec.POOLER)[0], encoded.embedding(Pooling.POOLER));
        assertEquals(1, encoded.head(ModelSpec.POOLER).length);
        float[] mean = encoded.embedding(Pooling.MEAN);
        for (int d = 0; d < mean.length; d++) {
            int column = d;
            double sum = Arrays.stream(hidden).mapToDouble(row -> row[column]).sum();
            assertEquals(sum / hidden.length, mean[d], 1e-6); // F32 rounds a number of the order of one by 6e-8
        }
        float[] unit = encoded.embedding(Pooling.MEAN.unit());
        double squares = 0;
        for (int d = 0; d < unit.length; d++) {
            squares += (double) unit[d] * unit[d];
            assertEquals(Math.signum(mean[d]), Math.signum(unit[d]));
        }
        assertEquals(1, squares, 1e-6);
        for (Pooling pooling : List.of(Pooling.FIRST, Pooling.POOLER.unit())) {
            assertArrayEquals(
                    encoded.embedding(pooling),
                    model.embed(List.of(input), pooling).getFirst());
        }
        float[] zeros = new Encoded(new float[1][3], Map.of()).embedding(Pooling.MEAN.unit());
        assertArrayEquals(new float[3], zeros);
    }

    @Test
    void aPairIsItsPartsOneAfterTheOtherWithTypes() {
        int[] first = {1, 5, 2};
        int[] second = {7, 8, 2};
        Encoded pair = model.encode(EncoderInput.pair(first, second));
        assertSame(model.encode(EncoderInput.ids(1, 5, 2, 7, 8, 2).types(0, 0, 0, 1, 1, 1)), pair);
        Encoded single = model.encode(EncoderInput.ids(1, 5, 2, 7, 8, 2));
        assertFalse(Arrays.deepEquals(single.hidden(), pair.hidden()), "types of tokens count");
    }

    private static String refusal(EncoderInput input, String... heads) {
        return assertThrows(InvalidRequest.class, () -> model.encode(input, heads))
                .getMessage();
    }

    @Test
    void whatCantBeIsRefusedBeforeAnythingIsComputed() {
        assertTrue(refusal(EncoderInput.ids()).startsWith("the sequence must have at least one token"));
        assertTrue(refusal(EncoderInput.ids(new int[73]))
                .startsWith("the sequence must fit in the context of 72 tokens, but has 73"));
        assertEquals("token 1 must be an id from 0 to 95, but is 96", refusal(EncoderInput.ids(3, 96)));
        assertEquals(
                "the type of token 1 must be from 0 to 1, but is 2",
                refusal(EncoderInput.ids(3, 4).types(0, 2)));
        assertEquals(
                "the head must be one that the model has, pooler, but is masked",
                refusal(EncoderInput.ids(3), ModelSpec.MASKED));
        assertTrue(refusal(EncoderInput.text("a text")).contains("needs a tokenizer"));
        assertThrows(InvalidRequest.class, () -> EncoderInput.ids(3, 4).types(0));
        List<EncoderInput> oneIsWrong = List.of(EncoderInput.ids(3), EncoderInput.ids(-1));
        assertThrows(InvalidRequest.class, () -> model.encode(oneIsWrong, Set.of()));
        InvalidRequest unwanted = assertThrows(
                InvalidRequest.class, () -> model.encode(EncoderInput.ids(3)).embedding(Pooling.POOLER));
        assertTrue(unwanted.getMessage().contains("pooler"), unwanted.getMessage());
    }

    @Test
    void aSequenceIsNoLongerThanAStep() {
        try (Tenon small = Tenon.builder()
                        .backend("cpu")
                        .limits(Limits.defaults().rows(32))
                        .open();
                EncoderModel narrow = small.encoder(GOLDENS.resolve("bert-masked"))) {
            assertEquals(32, narrow.context());
            assertEquals(32, narrow.encode(EncoderInput.ids(new int[32])).length());
            InvalidRequest refused =
                    assertThrows(InvalidRequest.class, () -> narrow.encode(EncoderInput.ids(new int[33])));
            assertTrue(
                    refused.getMessage().contains("larger limits for the context and the rows"), refused::getMessage);
            assertTrue(refused.getMessage().contains("72"), refused::getMessage);
        }
    }

    @Test
    void moreThanTheQueueHoldsIsRefusedAndTheModelGoesOn() {
        List<EncoderInput> many = new ArrayList<>();
        for (int i = 0; i < 41; i++) {
            many.add(EncoderInput.ids(3));
        }
        Overloaded refused = assertThrows(Overloaded.class, () -> model.encode(many, Set.of()));
        assertTrue(refused.getMessage().contains("40"), refused.getMessage());
        assertEquals(40, model.encode(many.subList(0, 40), Set.of()).size());
        assertEquals(40, model.encode(many.subList(1, 41), Set.of()).size());
    }

    @Test
    void closingEndsWhatWaitsAndWhoComesLaterIsTold() throws Exception {
        EncoderModel other = tenon.encoder(GOLDENS.resolve("bert-body"));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch begun = new CountDownLatch(8);
            List<Future<Boolean>> ends = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                EncoderInput input = input(i);
                ends.add(callers.submit(() -> {
                    begun.countDown();
                    try {
                        while (true) {
                            other.encode(input);
                        }
                    } catch (Closed closed) {
                        return true;
                    }
                }));
            }
            begun.await();
            other.close();
            other.close();
            for (Future<Boolean> end : ends) {
                assertTrue(end.get());
            }
        }
        EncoderInput input = EncoderInput.ids(3);
        assertThrows(Closed.class, () -> other.encode(input));
        assertThrows(Closed.class, () -> other.listen(new ModelListener() {}));
    }

    @Test
    void whoIsInterruptedStopsWaitingAndTheModelGoesOn() {
        EncoderInput input = input(1);
        CountDownLatch noticed = new CountDownLatch(1);
        try (ModelListener.Registration _ = model.listen(new ModelListener() {
            @Override
            public void stepping() {
                try {
                    noticed.await(); // so that there is something to wait for
                } catch (InterruptedException unexpected) {
                    throw new AssertionError(unexpected);
                }
            }
        })) {
            Thread.currentThread().interrupt();
            assertThrows(Interrupted.class, () -> model.encode(input));
            assertTrue(Thread.interrupted(), "the flag stays set");
            noticed.countDown();
        }
        assertSame(model.encode(input), model.encode(input));
    }

    @Test
    void aModelOfAnotherKindIsRefusedWithWhatToDo() {
        Path bert = GOLDENS.resolve("bert-body");
        Path llama = GOLDENS.resolve("llama-gqa-tied");
        assertEquals(
                bert + " holds an encoder, not a causal model; open it with encoder(...)",
                assertThrows(TenonException.class, () -> tenon.causal(bert)).getMessage());
        assertEquals(
                llama + " holds a causal model, not an encoder; open it with causal(...)",
                assertThrows(TenonException.class, () -> tenon.encoder(llama)).getMessage());
        try (Model one = tenon.model(bert);
                Model another = tenon.model(llama)) {
            assertEquals(ModelSpec.Kind.ENCODER, one.spec().kind());
            assertEquals(ModelSpec.Kind.CAUSAL, another.spec().kind());
        }
        ModelSpec encoder = model.spec();
        TenonException refused = assertThrows(TenonException.class, () -> tenon.create(encoder, 1));
        assertTrue(refused.getMessage().startsWith("the architecture holds an encoder"), refused.getMessage());
    }

    @Test
    void classesHaveTheNamesThatTheCheckpointGives(@TempDir Path folder) {
        try (EncoderModel classifier = tenon.encoder(GOLDENS.resolve("bert-classifier"))) {
            assertEquals(List.of("good", "bad", "neither"), classifier.labels());
            assertEquals(Set.of(ModelSpec.POOLER, ModelSpec.CLASSES), classifier.heads());
            Encoded encoded = classifier.encode(EncoderInput.ids(4, 5, 6), ModelSpec.CLASSES);
            assertEquals(1, encoded.head(ModelSpec.CLASSES).length);
            assertEquals(3, encoded.head(ModelSpec.CLASSES)[0].length);
            tenon.save(classifier, folder);
        }
        try (EncoderModel again = tenon.encoder(folder)) {
            assertEquals(List.of("good", "bad", "neither"), again.labels());
        }
        assertEquals(List.of(), model.labels());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert-body",
                "bert-body-without-pooler",
                "bert-masked-untied",
                "bert-classifier",
                "bert-published"
            })
    void whatWasLoadedIsSavedAndGivesTheSame(String golden, @TempDir Path folder) {
        EncoderInput input = EncoderInput.ids(3, 14, 15, 92, 65, 35).types(0, 0, 0, 1, 1, 1);
        Encoded before;
        ModelSpec spec;
        try (EncoderModel first = tenon.encoder(GOLDENS.resolve(golden))) {
            spec = first.spec();
            before = first.encode(List.of(input), first.heads()).getFirst();
            tenon.save(first, folder);
        }
        try (EncoderModel second = tenon.encoder(folder)) {
            assertEquals(spec, second.spec());
            assertSame(before, second.encode(List.of(input), second.heads()).getFirst());
        }
    }

    @Test
    void anEncoderOfRandomWeightsIsCreatedSavedAndLoaded(@TempDir Path folder) {
        EncoderInput input = EncoderInput.ids(3, 14, 15);
        Encoded before;
        try (EncoderModel created = tenon.createEncoder(model.spec(), 7)) {
            before = created.encode(input, ModelSpec.POOLER);
            tenon.save(created, folder);
        }
        try (EncoderModel loaded = tenon.encoder(folder)) {
            assertSame(before, loaded.encode(input, ModelSpec.POOLER));
        }
    }
}
