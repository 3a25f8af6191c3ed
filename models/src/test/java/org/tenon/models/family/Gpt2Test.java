package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.layerNorm;
import static org.tenon.layers.Layers.learnedPositions;
import static org.tenon.layers.Layers.mlp;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Format;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.model.Request;
import org.tenon.api.op.Activation;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.Json;

class Gpt2Test {
    private static final ModelFamily GPT2 = new Gpt2();
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() {
        assertEquals(
                Architecture.decoder(768, 50_257)
                        .embedding(learnedPositions())
                        .context(1024)
                        .norm(layerNorm(1e-5))
                        .layers(
                                12,
                                i -> block(
                                        attention(12).bias(),
                                        mlp(3072, Activation.GELU_TANH).bias(true)))
                        .tiedHead()
                        .build(),
                GPT2.spec(config("{\"model_type\": \"gpt2\", \"n_inner\": null}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"n_head\": 7 | n_head must be a divisor of n_embd 768, but is 7",
                "\"n_positions\": 0 | n_positions must be a whole number from 1 to",
                "\"n_inner\": -1 | n_inner must be a whole number from 1 to",
                "\"layer_norm_epsilon\": 1 | layer_norm_epsilon must be at least 0 and less than 1",
                "\"activation_function\": \"selu\" | activation_function must be an activation that Tenon has",
                "\"add_cross_attention\": true | add_cross_attention must be false"
            })
    void whatCantBeIsRefusedByFileAndPlace(String field, String message) {
        Config config = config("{" + field + "}");
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> GPT2.spec(config));
        assertTrue(refused.getMessage().startsWith("config.json: " + message), refused.getMessage());
    }

    @Test
    void tensorsAreNamedWithThePrefixAndWithout() {
        ParameterNames names = GPT2.names(config("{}"), Format.HUGGING_FACE);
        assertEquals(
                List.of("transformer.h.3.ln_2.bias", "h.3.ln_2.bias"), names.checkpoints("layers.3.channelsNorm.bias"));
        List<String> qkv =
                List.of("layers.3.mixer.qkv.q.weight", "layers.3.mixer.qkv.k.weight", "layers.3.mixer.qkv.v.weight");
        for (String prefix : List.of("", "transformer.")) {
            assertEquals(qkv, names.paths(prefix + "h.3.attn.c_attn.weight"));
            assertTrue(names.isTransposed(prefix + "h.3.attn.c_attn.weight"));
            assertTrue(names.ignorable(prefix + "h.3.attn.masked_bias"));
        }
        assertTrue(!names.isTransposed("h.3.attn.c_attn.bias"));
        assertTrue(!names.ignorable("h.3.attn.c_attn.bias"));
    }

    @Test
    void noSequenceIsLongerThanItsPositions() {
        try (Tenon tenon = Tenon.builder().backend("cpu").open();
                CausalModel model = tenon.causal(GOLDENS.resolve("gpt2-f32"))) {
            InvalidRequest refused = assertThrows(InvalidRequest.class, () -> model.generate(Request.ids(new int[96])));
            assertTrue(refused.getMessage().contains("context of 96 tokens"), refused.getMessage());
        }
    }

    /** Every byte of every tensor, under the names with the prefix; the masks are left out. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2-body-and-masks", "gpt2-inner"})
    void whatWasLoadedIsSavedInTheFamilysOwnSpelling(String golden, @TempDir Path folder) {
        try (Tenon tenon = Tenon.builder().backend("cpu").open();
                CausalModel model = tenon.causal(GOLDENS.resolve(golden))) {
            tenon.save(model, folder);
            try (Checkpoint before = Checkpoint.open(GOLDENS.resolve(golden));
                    Checkpoint after = Checkpoint.open(folder)) {
                assertEquals(model.spec(), GPT2.spec(after.config()));
                List<String> kept = before.tensors().keySet().stream()
                        .filter(name -> !name.matches("h\\.[0-9]+\\.attn\\.(bias|masked_bias)"))
                        .toList();
                assertEquals(kept.size(), after.tensors().size());
                for (String name : kept) {
                    String written = name.matches("(transformer|lm_head)\\..*") ? name : "transformer." + name;
                    WeightSource expected = before.tensor(name);
                    WeightSource actual = after.tensor(written);
                    assertEquals(expected.shape(), actual.shape(), name);
                    assertEquals(
                            -1,
                            expected.mapped()
                                    .orElseThrow()
                                    .mismatch(actual.mapped().orElseThrow()),
                            name);
                }
            }
        }
    }
}
