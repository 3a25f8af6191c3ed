package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.crossAttention;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.mamba;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.api.model.Sampling;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.Head;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;

/** What a token costs beside the computation: nothing. */
@Timeout(120)
class SteadyStateTest {
    private static final int BLOCK = 64;
    private static final int WARM =
            560; // all shapes of so long a sequence have been seen: the last bucket of keys begins at 512
    private static final int TOKENS = WARM + 6 * BLOCK;

    private static final int VOCABULARY = 100;
    private static final int CONTEXT = 1024;

    /** What layers keep: keys of all positions, of a window, of an encoder's rows; states; and what routers do on the way. */
    enum Kind {
        WINDOWS,
        EXPERTS,
        MAMBA,
        MAMBA_2,
        HYBRID,
        ENCODER_AND_DECODER;

        private Block layer(int number) {
            return switch (this) {
                case WINDOWS -> block(number == 0 ? rotary() : rotary().window(100), swiGlu(48));
                case EXPERTS -> block(rotary(), experts(4, swiGlu(32)));
                case MAMBA -> block(Branch.of(Block.MIXER, mamba(8)));
                case MAMBA_2 -> block(Branch.of(Block.MIXER, mamba2(16).headDim(16)));
                case HYBRID -> block(number == 0 ? mamba2(16).headDim(16) : rotary(), experts(4, swiGlu(32)));
                case ENCODER_AND_DECODER -> throw new IllegalStateException("has two stacks");
            };
        }

        private static SelfAttention rotary() {
            return attention(4).rope(10_000);
        }

        GenerativeModel create(Tenon tenon) {
            if (this == ENCODER_AND_DECODER) {
                return tenon.createSeq2Seq(behindEncoder(), 1);
            }
            return tenon.create(
                    Architecture.decoder(32, VOCABULARY)
                            .context(CONTEXT)
                            .norm(rmsNorm(1e-5))
                            .layers(2, this::layer)
                            .tiedHead()
                            .build(),
                    1);
        }

        /** As T5 has it. */
        private static ModelSpec behindEncoder() {
            RelativeBias bias = RelativeBias.of(8, 20);
            SelfAttention attention = attention(4).relativeBias(bias);
            Block encoder = block(attention.bothWays(), swiGlu(48)).normalised(rmsNorm(1e-5));
            Block decoder = block(
                            Branch.of(Block.MIXER, attention),
                            Branch.of("cross", crossAttention("encoder", 4)),
                            Branch.of(Block.CHANNELS, swiGlu(48)))
                    .normalised(rmsNorm(1e-5));
            return new ModelSpec(
                    VOCABULARY,
                    CONTEXT,
                    List.of(
                            new ModelSpec.Stack("encoder", 32, new Embedding(), List.of(encoder), rmsNorm(1e-5)),
                            new ModelSpec.Stack("decoder", 32, new Embedding(), List.of(decoder), rmsNorm(1e-5))),
                    Map.of(ModelSpec.HEAD, Head.untied()));
        }
    }

    private static BackendProvider cpu() {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("cpu"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "WINDOWS, greedy",
        "WINDOWS, drawn",
        "WINDOWS, observed",
        "WINDOWS, greedy of the best",
        "WINDOWS, drawn of the best",
        "EXPERTS, greedy",
        "MAMBA, greedy",
        "MAMBA_2, greedy",
        "HYBRID, greedy",
        "ENCODER_AND_DECODER, greedy"
    })
    void aTokenTakesNoMemoryAndAsksTheBackendForNothing(Kind kind, String way) {
        CountingProvider provider = new CountingProvider(
                way.endsWith("of the best") ? new RankingProvider(cpu(), RankingProvider.Ranking.ON_THE_HOST) : cpu());
        try (Tenon tenon = Tenon.builder()
                        .backend(provider)
                        .limits(Limits.defaults().sequences(3).rows(32).buffer(TOKENS + 1))
                        .open();
                GenerativeModel model = kind.create(tenon)) {
            long asked = provider.asked();
            Watch watch = new Watch();
            model.listen(watch);
            if (way.equals("observed")) {
                model.listen(new ModelListener() {});
            }
            Sampling sampling = sampling().ignoreEndTokens().maxTokens(TOKENS);
            Sampling chosen = way.startsWith("drawn")
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
