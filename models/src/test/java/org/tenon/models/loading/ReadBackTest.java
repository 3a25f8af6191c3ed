package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Sampling;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.golden.Goldens;
import org.tenon.models.loading.RankingProvider.Ranking;

/** What a token reads of the device's memory: the chosen one, or the best of its row, where there is a kernel for them. */
@Timeout(120)
class ReadBackTest {
    private static final int VOCABULARY = 1000;
    private static final int TOKENS = 12;
    private static final int REQUESTS = 3;

    private static BackendProvider named(String name) {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The tokens of some requests that are in one batch. */
    private static List<int[]> tokens(RankingProvider provider, Sampling settings) {
        try (Tenon tenon = Tenon.builder()
                        .backend(provider)
                        .limits(Limits.defaults().sequences(REQUESTS).rows(16))
                        .open();
                CausalModel model = tenon.create(
                        Architecture.decoder(32, VOCABULARY)
                                .context(64)
                                .norm(rmsNorm(1e-5))
                                .layers(1, _ -> block(attention(4).rope(10_000), swiGlu(48)))
                                .build(),
                        1)) {
            List<Generation> generations = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> model.generate(Request.ids(1, 2, 3 + i)
                            .sampling(settings.ignoreEndTokens().seed(i).maxTokens(TOKENS))))
                    .toList();
            return generations.stream()
                    .map(generation -> generation.await().ids())
                    .toList();
        }
    }

    private static Sampling settings(String way) {
        return switch (way) {
            case "greedy" -> sampling().greedy();
            case "drawn" -> sampling().topK(40).topP(0.9).temperature(0.8);
            case "by default" -> sampling().temperature(0.8);
            case "of all" -> sampling().temperature(0.8).topK(0);
            default -> throw new IllegalArgumentException(way);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, ON_THE_HOST, greedy, 8",
        "cpu, ON_THE_HOST, drawn, 512",
        "cpu, ON_THE_HOST, of all, 4000",
        "cpu, ITS_OWN, greedy, 4000",
        "opencl, ITS_OWN, greedy, 8",
        "opencl, ITS_OWN, drawn, 512",
        "opencl, ITS_OWN, by default, 512",
        "opencl, ITS_OWN, of all, 4000",
        "opencl, NONE, greedy, 4000"
    })
    void aTokenReadsBackWhatItTakesToChooseItAndIsTheSame(String backend, Ranking ranking, String way, int bytes) {
        Goldens.assumeThere(backend);
        RankingProvider provider = new RankingProvider(named(backend), ranking);
        List<int[]> found = tokens(provider, settings(way));
        assertEquals((long) bytes * TOKENS * REQUESTS, provider.downloaded());

        RankingProvider plain = new RankingProvider(named(backend), Ranking.NONE);
        List<int[]> expected = tokens(plain, settings(way));
        assertEquals(4L * VOCABULARY * TOKENS * REQUESTS, plain.downloaded());
        for (int i = 0; i < REQUESTS; i++) {
            assertArrayEquals(expected.get(i), found.get(i));
        }
    }
}
