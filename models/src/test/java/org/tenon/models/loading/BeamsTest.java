package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Sampling;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.golden.Goldens;

/** What beam search of Transformers finds, on every backend: of every golden that has a {@code beams.json}. */
@Timeout(120)
class BeamsTest {
    private static final String FILE = "beams.json";

    /** Eight encoders with decoders, a Llama, two state-space models, two hybrids. */
    private static final int GOLDENS = 13;

    /** The searches of a file's first case: each setting with many ids that end an output, and with one. */
    private static final int ONE_CASE = 12;

    static Stream<Arguments> everyGoldenOnEveryBackend() {
        return Goldens.with(FILE).stream()
                .flatMap(golden -> Goldens.BACKENDS.stream().map(backend -> Arguments.of(golden, backend)));
    }

    @Test
    void everyEncoderWithADecoderHasThem() {
        List<String> found = Goldens.with(FILE);
        assertEquals(GOLDENS, found.size(), found::toString);
        for (String golden : Goldens.with(ReferenceFile.NAME)) {
            try (ReferenceFile reference = ReferenceFile.in(Goldens.FOLDER.resolve(golden))) {
                assertTrue(!reference.autoClass().equals("seq2seq") || found.contains(golden), golden);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyGoldenOnEveryBackend")
    void areTheReferences(String golden, String backend) {
        Goldens.assumeThere(backend);
        List<Config> all =
                Json.read(Goldens.FOLDER.resolve(golden).resolve(FILE)).list("searches");
        List<Config> searches =
                backend.equals("primitive") ? all.subList(0, Math.min(ONE_CASE, all.size())) : all; // it is slow
        assertFalse(searches.isEmpty());
        try (Tenon tenon = Goldens.on(backend)
                        .activations(DType.F32)
                        .limits(Limits.defaults().context(192).blockSize(16))
                        .open();
                GenerativeModel model = (GenerativeModel) tenon.model(Goldens.FOLDER.resolve(golden))) {
            List<CompletableFuture<List<Hypothesis>>> found =
                    searches.stream().map(one -> search(model, one)).toList(); // all at once
            for (int i = 0; i < found.size(); i++) {
                check(searches.get(i), found.get(i).join());
            }
        }
    }

    /** Starts a search of the file. */
    static CompletableFuture<List<Hypothesis>> search(GenerativeModel model, Config one) {
        Sampling bounds = sampling().maxTokens(one.positive("maxTokens")).endTokens(ids(one, "ends"));
        return model.search(
                Request.ids(ids(one, "ids")).sampling(bounds),
                new BeamSearch(
                        one.positive("beams"),
                        one.decimal("lengthPenalty"),
                        BeamSearch.Stopping.valueOf(one.text("stopping")),
                        one.positive("returned")));
    }

    /** Holds what it found against what the file says. */
    static void check(Config one, List<Hypothesis> found) {
        List<Config> expected = one.list("found");
        assertEquals(expected.size(), found.size(), one::toString);
        for (int i = 0; i < found.size(); i++) {
            assertEquals(
                    Arrays.stream(ids(expected.get(i), "ids")).boxed().toList(),
                    found.get(i).ids(),
                    one::toString);
            // sums of 24 log-probabilities up to 100, whose logits are off by 1e-6 of their range
            assertEquals(expected.get(i).decimal("score"), found.get(i).score(), 1e-3, one::toString);
        }
    }

    /** A list of ids. */
    static int[] ids(Config tree, String key) {
        return tree.list(key).stream()
                .mapToInt(id -> (int) id.asWhole(0, Integer.MAX_VALUE))
                .toArray();
    }
}
