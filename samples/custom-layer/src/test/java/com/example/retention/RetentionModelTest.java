package com.example.retention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;

/** A model with a layer that Tenon doesn't know. */
class RetentionModelTest {
    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2, 6};

    @TempDir
    private Path folder;

    private static ModelSpec spec(int heads) {
        return Architecture.decoder(64, 48)
                .context(128)
                .norm(rmsNorm(1e-5))
                .layers(3, i -> block(i == 2 ? attention(4).rope(10_000) : new Retention(heads), swiGlu(96)))
                .tiedHead()
                .build();
    }

    private static int[] generate(CausalModel model) {
        return model.generate(Request.ids(PROMPT)
                        .sampling(sampling().greedy().ignoreEndTokens().maxTokens(24)))
                .await()
                .ids();
    }

    /** Random weights leave wide gaps between logits, beside which F32 sums in another order are nothing. */
    @Test
    void itGeneratesTheSameOnAnyBackendAndIsLoadedByName() throws Exception {
        int[] expected;
        try (Tenon tenon = Tenon.open("plain");
                CausalModel model = tenon.create(spec(4), 11)) {
            expected = generate(model);
            tenon.save(model, folder);
        }
        assertTrue(Files.readString(folder.resolve("config.json")).contains("example/retention"));
        assertEquals(24, expected.length);
        try (Tenon tenon = Tenon.open("cpu");
                CausalModel model = tenon.causal(folder)) {
            assertEquals(spec(4), model.spec());
            assertArrayEquals(expected, generate(model));
        }
    }

    @Test
    void whatDoesNotFitIsNamedByItsPlace() {
        InvalidArchitecture invalid = assertThrows(InvalidArchitecture.class, () -> spec(3));
        assertTrue(
                invalid.getMessage().contains("layers[0].mixer.heads: 3 does not divide hidden 64"),
                invalid::getMessage);
    }
}
