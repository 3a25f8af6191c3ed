package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.mamba;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.position.Rope;
import org.tenon.layers.statespace.Mamba.SelectionNorm;
import org.tenon.models.Tenon;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.Json;

/** Mamba, FalconMamba, Mamba-2, Bamba and Jamba: what their files mean, what they can't say, and how they are written. */
class StateSpaceFamiliesTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");
    private static final Map<String, ModelFamily> FAMILIES = Map.of(
            "mamba", new MambaFamily(),
            "falcon_mamba", new FalconMamba(),
            "mamba2", new Mamba2Family(),
            "bamba", new Bamba(),
            "jamba", new Jamba());

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static Architecture decoder(int hidden, int vocabulary, int layers, IntFunction<LayerSpec> layer) {
        return Architecture.decoder(hidden, vocabulary)
                .context(1 << 20)
                .norm(rmsNorm(1e-5))
                .layers(layers, layer);
    }

    private static Block alone(LayerSpec mixer) {
        return block(Branch.of(Block.MIXER, mixer));
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() {
        assertEquals(
                decoder(768, 50_280, 32, _ -> alone(mamba(16).channels(1536).rank(48)))
                        .tiedHead()
                        .build(),
                FAMILIES.get("mamba").spec(config("{\"time_step_rank\": \"auto\"}")));
        assertEquals(
                decoder(
                                768,
                                50_280,
                                32,
                                _ -> alone(mamba(16).channels(1536).rank(48).norm(new SelectionNorm(1e-6, false))))
                        .tiedHead()
                        .build(),
                FAMILIES.get("falcon_mamba").spec(config("{}")));
        assertEquals(
                decoder(4096, 32_768, 64, _ -> alone(mamba2(128).heads(128).groups(8)))
                        .build(),
                FAMILIES.get("mamba2").spec(config("{\"time_step_limit\": [0.0, Infinity]}")));
        LayerSpec recurrent = mamba2(256).heads(128);
        assertEquals(
                decoder(
                                4096,
                                128_000,
                                32,
                                i -> block(
                                        i == 9
                                                ? attention(32)
                                                        .kvHeads(8)
                                                        .headDim(128)
                                                        .rope(Rope.of(10_000).fraction(0.5))
                                                : recurrent,
                                        swiGlu(14_336)))
                        .context(262_144)
                        .build(),
                FAMILIES.get("bamba").spec(config("{\"attn_layer_indices\": [9]}")));
        LayerSpec steered = mamba(16).channels(8192).rank(256).norm(new SelectionNorm(1e-6, true));
        assertEquals(
                decoder(
                                4096,
                                65_536,
                                32,
                                i -> block(
                                        i % 8 == 4 ? attention(32).kvHeads(8).headDim(128) : steered, swiGlu(14_336)))
                        .context(262_144)
                        .norm(rmsNorm(1e-6))
                        .build(),
                FAMILIES.get("jamba").spec(config("{\"num_experts\": 1}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mamba | \"hidden_act\": \"gelu\" | hidden_act must be silu",
                "mamba | \"expand\": 1.5 | expand must be a whole number from 1 to",
                "mamba | \"conv_kernel\": 99 | conv_kernel must be a whole number from 1 to 16",
                "mamba | \"time_step_rank\": \"some\" | time_step_rank must be a whole number",
                "mamba | \"layer_norm_epsilon\": 2 | layer_norm_epsilon must be at least 0 and less than 1",
                "falcon_mamba | \"mixer_rms_eps\": -1 | mixer_rms_eps must be at least 0 and less than 1",
                "mamba2 | \"num_heads\": 127 | num_heads must be 8192 / head_dim",
                "mamba2 | \"n_groups\": 3 | n_groups must be a divisor of num_heads 128",
                "mamba2 | \"time_step_limit\": [1] | time_step_limit must be two numbers",
                "mamba2 | \"time_step_limit\": [1, 0.5] | time_step_limit must be the least before the most",
                "mamba2 | \"time_step_limit\": [0, {\"__float__\": \"NaN\"}] | time_step_limit[1] must be a number",
                "bamba | \"attn_layer_indices\": [32] | attn_layer_indices[0] must be a whole number from 0 to 31",
                "bamba | \"mamba_n_heads\": 100 | mamba_n_heads must be a divisor of",
                "bamba | \"mamba_d_head\": 65 | mamba_d_head must be 64 for 128 heads",
                "jamba | \"num_experts\": 8 | num_experts must be 1: Tenon has this family without experts only",
                "jamba | \"num_experts\": 1, \"attn_layer_offset\": 8 | attn_layer_offset must be less than"
            })
    void whatCantBeIsRefusedByFileAndPlace(String family, String field, String message) {
        Config config = config("{" + field + "}");
        InvalidConfig refused =
                assertThrows(InvalidConfig.class, () -> FAMILIES.get(family).spec(config));
        assertTrue(refused.getMessage().startsWith("config.json: " + message), refused.getMessage());
    }

    @Test
    void tensorsAreNamedWithThePrefixAndWithoutAndInTheAuthorsWay() {
        ParameterNames names = FAMILIES.get("mamba").names(config("{}"), Format.HUGGING_FACE);
        assertEquals(
                List.of(
                        "layers.3.mixer.select.dt.weight",
                        "layers.3.mixer.select.b.weight",
                        "layers.3.mixer.select.c.weight"),
                names.paths("backbone.layers.3.mixer.x_proj.weight"));
        for (String name : List.of("backbone.embeddings.weight", "backbone.embedding.weight", "embeddings.weight")) {
            assertEquals(Optional.of("embedding.weight"), names.path(name));
        }
        assertEquals(Optional.of("backbone.embeddings.weight"), names.checkpoint("embedding.weight"));
        assertTrue(names.ignorable("lm_head.weight"), "tied");
    }

    @Test
    void whatAFamilyCanSayIsWrittenAndNothingElse() {
        ModelSpec mamba = decoder(64, 100, 2, _ -> alone(mamba(16))).tiedHead().build();
        Config written = FAMILIES.get("mamba").config(mamba).orElseThrow();
        assertEquals(2, written.integer("expand"));
        assertEquals(4, written.integer("time_step_rank"));
        ModelSpec odd = decoder(64, 100, 2, _ -> alone(mamba(16).channels(100))).build();
        assertEquals(Optional.empty(), FAMILIES.get("mamba").config(odd), "no multiple of the hidden size");
        ModelSpec mixed = decoder(64, 100, 2, i -> alone(mamba(16 + i))).build();
        assertEquals(Optional.empty(), FAMILIES.get("mamba").config(mixed), "layers that differ");
        ModelSpec period = decoder(
                        64,
                        100,
                        5,
                        i -> block(
                                i % 2 == 1 ? attention(4) : mamba(16).norm(new SelectionNorm(1e-5, true)), swiGlu(96)))
                .build();
        assertEquals(2, FAMILIES.get("jamba").config(period).orElseThrow().integer("attn_layer_period"));
        ModelSpec uneven = decoder(
                        64,
                        100,
                        5,
                        i -> block(
                                i == 1 || i == 2 ? attention(4) : mamba(16).norm(new SelectionNorm(1e-5, true)),
                                swiGlu(96)))
                .build();
        assertEquals(Optional.empty(), FAMILIES.get("jamba").config(uneven), "no period");
        ModelSpec nobodys = decoder(
                        64,
                        100,
                        6,
                        i -> block(
                                i % 6 == 5
                                        ? attention(4).rope(10_000)
                                        : mamba2(16).headDim(16),
                                swiGlu(96)))
                .build();
        assertEquals(Optional.empty(), FAMILIES.get("bamba").config(nobodys), "all columns turn");
    }

    /** Every byte of every tensor, under the names of today. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mamba-biases",
                "mamba-old-names",
                "mamba2-groups",
                "falcon-mamba-untied",
                "bamba-biases",
                "jamba-dense"
            })
    void whatWasLoadedIsSavedInTheFamilysOwnSpelling(String golden, @TempDir Path folder) {
        try (Tenon tenon = Tenon.builder().backend("cpu").open();
                CausalModel model = tenon.causal(GOLDENS.resolve(golden))) {
            tenon.save(model, folder);
            try (Checkpoint before = Checkpoint.open(GOLDENS.resolve(golden));
                    Checkpoint after = Checkpoint.open(folder)) {
                assertEquals(before.config().text("model_type"), after.config().text("model_type"));
                assertEquals(before.tensors().size(), after.tensors().size());
                for (String name : before.tensors().keySet()) {
                    WeightSource expected = before.tensor(name);
                    WeightSource actual = after.tensor(name.replace("embedding.", "embeddings."));
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

    @Test
    void aModelTellsWhatASequenceTakesOfItsCaches() {
        try (Tenon tenon = Tenon.builder().backend("cpu").open();
                CausalModel mamba = tenon.causal(GOLDENS.resolve("mamba-tied-f32"));
                CausalModel bamba = tenon.causal(GOLDENS.resolve("bamba-hybrid"))) {
            assertEquals(new CacheBytes(2 * (3 + 8) * 96 * 4, 0), mamba.cacheBytes());
            long states = 2 * (3 * (96 + 2 * 16) + 16 * 96) * 4;
            assertEquals(new CacheBytes(states, 2 * 2 * 12 * 4), bamba.cacheBytes());
        }
    }
}
