package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.api.model.Sampling;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;

/** What a token costs beside the computation: nothing. */
@Timeout(120)
class SteadyStateTest {
    private static final int BLOCK = 64;
    private static final int WARM =
            560; // all shapes of so long a sequence have been seen: the last bucket of keys begins at 512
    private static final int TOKENS = WARM + 6 * BLOCK;

    /** Layers that see everything and layers that see a window, so that tables of both kinds move on. */
    private static ModelSpec spec() {
        return Architecture.decoder(32, 100)
                .context(1024)
                .norm(rmsNorm(1e-5))
                .layers(
                        2,
                        i -> block(
                                i == 0
                                        ? attention(4).rope(10_000)
                                        : attention(4).rope(10_000).window(100),
                                swiGlu(48)))
                .tiedHead()
                .build();
    }

    private static BackendProvider cpu() {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("cpu"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"greedy", "drawn", "observed"})
    void aTokenTakesNoMemoryAndAsksTheBackendForNothing(String kind) {
        CountingProvider provider = new CountingProvider(cpu());
        try (Tenon tenon = Tenon.builder()
                        .backend(provider)
                        .limits(Limits.defaults().sequences(3).rows(32).buffer(TOKENS + 1))
                        .open();
                CausalModel model = tenon.create(spec(), 1)) {
            long asked = provider.asked();
            Watch watch = new Watch();
            model.listen(watch);
            if (kind.equals("observed")) {
                model.listen(new ModelListener() {});
            }
            Sampling sampling = sampling().ignoreEndTokens().maxTokens(TOKENS);
            Sampling chosen = kind.equals("drawn")
                    ? sampling.temperature(0.8).topK(40).topP(0.9).seed(1)
                    : sampling.greedy();
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                generations.add(model.generate(Request.ids(1, 2, 3 + i).sampling(chosen)));
            }
            for (Generation generation : generations) {
                assertEquals(TOKENS, generation.await().ids().length);
            }
            assertEquals(asked, provider.asked(), "kernels, weights and memory that were asked for after loading");
            assertTrue(watch.steps >= TOKENS, () -> watch.steps + " steps");
            long[] windows = watch.windows();
            assertTrue(
                    Arrays.stream(windows).anyMatch(bytes -> bytes == 0),
                    () -> "bytes of each " + BLOCK + " steps: " + Arrays.toString(windows));
        }
    }

    /** Notes how much the engine's thread has allocated by the end of each step. */
    private static final class Watch implements ModelListener {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final long[] allocated = new long[4 * TOKENS];
        private int steps;

        @Override
        public void stepped(StepReport step) {
            allocated[steps++] = threads.getCurrentThreadAllocatedBytes();
        }

        /**
         * What each stretch of steps takes in which every sequence comes to a new block once. The machine itself takes a little now and then,
         * when it compiles; what steps or blocks took would be in every stretch.
         */
        long[] windows() {
            long[] windows = new long[(TOKENS - 1 - WARM) / BLOCK];
            Arrays.setAll(windows, i -> allocated[WARM + (i + 1) * BLOCK] - allocated[WARM + i * BLOCK]);
            return windows;
        }
    }
}
