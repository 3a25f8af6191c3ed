package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.api.model.Token;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.golden.Goldens;
import org.tenon.testing.primitive.PrimitiveProvider;

/** Where kernels are invariant, company makes no difference to a single bit. */
@Timeout(120)
class BatchInvarianceTest {
    private static final int SEQUENCES = 8;
    private static final int VOCABULARY = 60;

    private static ModelSpec spec(boolean windows) {
        return Architecture.decoder(16, VOCABULARY)
                .context(640)
                .norm(rmsNorm(1e-5))
                .layers(
                        2,
                        i -> block(
                                windows && i == 0
                                        ? attention(2).kvHeads(1).rope(10_000).window(50)
                                        : attention(2).kvHeads(1).rope(10_000),
                                swiGlu(24)))
                .tiedHead()
                .build();
    }

    private static Tenon.Builder on(String backend) {
        return backend.equals("primitive")
                ? Tenon.builder().backend(new PrimitiveProvider())
                : Tenon.builder()
                        .backend(backend.equals("opencl") ? backend : "cpu")
                        .activations(backend.equals("BF16") ? DType.BF16 : DType.F32)
                        .reproducibility(Reproducibility.BATCH_INVARIANT);
    }

    private static <T> T on(String backend, boolean windows, Function<CausalModel, T> work) {
        try (Tenon tenon = on(backend)
                        .limits(Limits.defaults().sequences(SEQUENCES + 2).rows(48))
                        .open();
                CausalModel model = tenon.create(spec(windows), 3)) {
            return work.apply(model);
        }
    }

    /** Tokens with what the model thought of them, to the last bit. */
    private static List<Token> drawn(CausalModel model, int number) {
        int[] prompt = new SplittableRandom(number)
                .ints(1 + 50 * number, 0, VOCABULARY)
                .toArray();
        return model.generate(Request.ids(prompt)
                        .sampling(sampling()
                                .temperature(1)
                                .seed(number)
                                .ignoreEndTokens()
                                .logProbabilities(4)
                                .maxTokens(20 + 5 * number)))
                .await()
                .tokens();
    }

    @ParameterizedTest
    @CsvSource({
        "primitive,false",
        "primitive,true",
        "F32,false",
        "F32,true",
        "BF16,false",
        "BF16,true",
        "opencl,false",
        "opencl,true"
    })
    void eightSequencesGetWhatEachGetsAloneWhoeverComesAndGoes(String backend, boolean windows) {
        if (backend.equals("opencl")) {
            Goldens.assumeThere(backend);
        }
        List<List<Token>> alone = on(backend, windows, model -> {
            List<List<Token>> all = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                all.add(drawn(model, i));
            }
            return all;
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<List<Token>> together = on(backend, windows, model -> {
                List<Future<List<Token>>> all = new ArrayList<>();
                for (int i = 0; i < SEQUENCES; i++) {
                    int number = i;
                    all.add(threads.submit(() -> drawn(model, number)));
                }
                for (int i = 0; i < 15; i++) {
                    int[] other = {i, i + 1, i + 2};
                    model.generate(Request.ids(other).sampling(sampling().maxTokens(1 + i % 7)))
                            .await();
                }
                return all.stream().map(BatchInvarianceTest::result).toList();
            });
            for (int i = 0; i < SEQUENCES; i++) {
                assertEquals(alone.get(i), together.get(i), "sequence " + i);
            }
        }
    }

    private static List<Token> result(Future<List<Token>> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException failure) {
            throw new AssertionError(failure);
        }
    }
}
