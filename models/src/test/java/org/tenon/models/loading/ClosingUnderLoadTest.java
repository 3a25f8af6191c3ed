package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Closed;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Session;
import org.tenon.api.model.Stepper;
import org.tenon.models.Tenon;

/** Native memory goes back while callers are at work: nobody may compute on it any more. */
@Timeout(30)
class ClosingUnderLoadTest {
    private static final Path LLAMA = Path.of("src/test/resources/goldens/llama-gqa-tied");

    @RepeatedTest(20)
    void everyCallerIsToldAndNobodyCrashes() throws Exception {
        Tenon tenon = Tenon.builder()
                .backend("cpu")
                .limits(Limits.defaults().sequences(3).rows(16).outputs(4))
                .open();
        CausalModel model = tenon.causal(LLAMA);
        CountDownLatch begun = new CountDownLatch(8);
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                int number = i;
                callers.add(threads.submit(() -> {
                    try {
                        while (true) {
                            work(model, number);
                            begun.countDown();
                        }
                    } catch (Closed closed) {
                        return true;
                    }
                }));
            }
            begun.await();
            tenon.close();
            for (Future<?> caller : callers) {
                assertEquals(true, caller.get());
            }
        }
    }

    private static void work(CausalModel model, int number) {
        Request request = Request.ids(1, 2, 3, 4 + number).sampling(sampling().maxTokens(5));
        if (number == 0) {
            try (Stepper stepper = model.stepper()) {
                assertEquals(2, stepper.step(List.of(Stepper.Chunk.of(stepper.open(), 1, 2))).length);
            }
        } else if (number == 1) {
            try (Session session = model.session()) {
                session.generate(request).await();
                session.generate(request).await();
            }
        } else {
            assertTrue(model.generate(request).await().usage().outputTokens() <= 5);
        }
    }
}
