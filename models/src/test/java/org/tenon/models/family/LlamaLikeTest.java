package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Json;

/** Where the relatives of Llama differ from it. */
class LlamaLikeTest {
    private static final Map<String, ModelFamily> FAMILIES = Map.of(
            "llama", new Llama(),
            "mistral", new Mistral(),
            "qwen2", new Qwen2(),
            "qwen3", new Qwen3(),
            "phi3", new Phi3(),
            "gemma2", new Gemma2());

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** A small model of three layers with some fields more, or others. */
    private static ModelSpec small(String family, String fields) {
        Config config = config("""
                {"hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
                 "num_hidden_layers": 3, "vocab_size": 10, "intermediate_size": 8}
                """);
        Config more = config("{" + fields + "}");
        for (String key : more.keys()) {
            config = config.with(key, more.optional(key).orElseGet(Config::nothing));
        }
        // a change of a tree made in code has no file: read again, as messages name it
        return FAMILIES.get(family).spec(config(Json.text(config)));
    }

    private static List<SelfAttention> attentions(ModelSpec spec) {
        return spec.stacks().getFirst().layers().stream()
                .map(layer ->
                        (SelfAttention) ((Block) layer).branches().getFirst().body())
                .toList();
    }

    private static List<Integer> windows(ModelSpec spec) {
        return attentions(spec).stream().map(one -> one.window().orElse(0)).toList();
    }

    static Stream<Arguments> defaults() {
        return Stream.of(
                Arguments.of(
                        "mistral",
                        Architecture.decoder(4096, 32_000)
                                .context(131_072)
                                .layers(
                                        32,
                                        i -> block(
                                                attention(32)
                                                        .kvHeads(8)
                                                        .headDim(128)
                                                        .rope(10_000)
                                                        .window(4096),
                                                swiGlu(14_336)))),
                Arguments.of(
                        "qwen2",
                        Architecture.decoder(4096, 151_936)
                                .context(32_768)
                                .layers(
                                        32,
                                        i -> block(
                                                attention(32)
                                                        .headDim(128)
                                                        .rope(10_000)
                                                        .biases(true, false),
                                                swiGlu(22_016)))),
                Arguments.of(
                        "qwen3",
                        Architecture.decoder(4096, 151_936)
                                .context(32_768)
                                .layers(
                                        32,
                                        i -> block(
                                                attention(32)
                                                        .headDim(128)
                                                        .rope(10_000)
                                                        .headNorm(1e-6),
                                                swiGlu(22_016)))));
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void whatIsLeftOutIsAsInTransformers(String family, Architecture expected) {
        assertEquals(
                expected.norm(rmsNorm(1e-6)).build(),
                FAMILIES.get(family).spec(config("{\"model_type\": \"" + family + "\"}")));
    }

    @Test
    void noHeadsOfKeysAreAsManyAsOfQueries() {
        for (String family : FAMILIES.keySet()) {
            assertEquals(
                    4,
                    attentions(small(family, "\"num_key_value_heads\": null"))
                            .getFirst()
                            .kvHeads(),
                    family);
        }
    }

    @Test
    void headsThatDontDivideTheHiddenSizeAreAsWideAsTheFileSaysExceptInLlama() {
        String six = "\"num_attention_heads\": 6";
        for (String family : List.of("mistral", "qwen2", "qwen3")) {
            assertEquals(6, attentions(small(family, six)).getFirst().heads());
        }
        assertThrows(InvalidConfig.class, () -> small("llama", six));
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> small("qwen2", six + ", \"head_dim\": null"));
        assertTrue(refused.getMessage().contains("a divisor of hidden_size 64"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama   | \"sliding_window\": 8                                                          | 0 0 0",
                "mistral | \"use_cache\": true                                                            | 4096 4096 4096",
                "mistral | \"sliding_window\": 8                                                          | 8 8 8",
                "mistral | \"sliding_window\": null                                                       | 0 0 0",
                "qwen2   | \"sliding_window\": 8, \"max_window_layers\": 1                                | 0 0 0",
                "qwen2   | \"sliding_window\": 8, \"max_window_layers\": 1, \"use_sliding_window\": true  | 0 8 8",
                "qwen3   | \"sliding_window\": 8, \"max_window_layers\": 0, \"use_sliding_window\": true  | 8 8 8",
                "qwen3   | \"max_window_layers\": 2, \"use_sliding_window\": true                         | 0 0 4096",
                "qwen3   | \"sliding_window\": null, \"max_window_layers\": 0, \"use_sliding_window\": true | 0 0 0",
                "qwen3   | \"sliding_window\": 8, \"use_sliding_window\": true                            | 0 0 0",
                "qwen2   | \"sliding_window\": 8, \"use_sliding_window\": true, \"max_window_layers\": 0,"
                        + " \"layer_types\": [\"sliding_attention\", \"full_attention\", \"sliding_attention\"] | 8 0 8"
            })
    void windowsAreWhereTheReferenceHasThem(String family, String fields, String windows) {
        assertEquals(Stream.of(windows.split(" ")).map(Integer::valueOf).toList(), windows(small(family, fields)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mistral | \"sliding_window\": 0                  | sliding_window must be a whole number from 1",
                "qwen2   | \"layer_types\": [\"full_attention\"]  | layer_types must be a list of 3, one for each of num_hidden_layers",
                "qwen3   | \"layer_types\": [\"full_attention\", \"full_attention\", \"linear_attention\"]"
                        + " | layer_types[2] must be a kind of layer that this family has: full_attention or sliding_attention",
                "qwen2   | \"layer_types\": [\"full_attention\", \"sliding_attention\", \"full_attention\"]"
                        + " | layer_types[1] must be full_attention where use_sliding_window is false or sliding_window is null",
                "qwen3   | \"max_window_layers\": -1, \"use_sliding_window\": true | max_window_layers must be a whole number from 0",
                "mistral | \"hidden_act\": \"mish\"               | hidden_act must be an activation that Tenon has: gelu, ",
                "qwen2   | \"rope_scaling\": {\"type\": \"mrope\"} | rope_scaling.type must be a kind of positions that Tenon has: default, "
            })
    void whatCantBeIsRefusedByFileAndPlace(String family, String fields, String message) {
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> small(family, fields));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void eachFamilyWritesWhatItExpressesAndNoMore() {
        Architecture start = Architecture.decoder(64, 10);
        SelfAttention usual = attention(4).headDim(16).rope(1e4);
        Map<String, ModelSpec> specs = Map.of(
                "llama mistral phi3",
                        start.layers(2, i -> block(usual, swiGlu(32))).build(),
                "mistral phi3",
                        start.layers(2, i -> block(usual.window(8), swiGlu(32))).build(),
                "qwen2",
                        start.layers(
                                        2,
                                        i -> block(
                                                i == 0
                                                        ? usual.biases(true, false)
                                                                .window(8)
                                                        : usual.biases(true, false),
                                                swiGlu(32)))
                                .build(),
                "qwen3",
                        start.layers(2, i -> block(usual.headNorm(1e-6).bias(), swiGlu(32)))
                                .build(),
                "",
                        start.layers(2, i -> block(usual.headNorm(1e-3).window(4 + i), swiGlu(32)))
                                .build());
        specs.forEach((names, spec) -> FAMILIES.forEach((name, family) -> {
            Optional<Config> written = family.config(spec);
            assertEquals(List.of(names.split(" ")).contains(name), written.isPresent(), name + " of " + names);
            written.ifPresent(config -> {
                assertEquals(name, config.text("model_type"));
                assertEquals(spec, family.spec(config(Json.text(config))));
            });
        }));
    }

    @Test
    void normsOfHeadsHaveTheirNamesInQwen3Only() {
        String name = "model.layers.2.self_attn.k_norm.weight";
        assertEquals(
                Optional.of("layers.2.mixer.kNorm.weight"),
                FAMILIES.get("qwen3")
                        .names(Config.object(), Format.HUGGING_FACE)
                        .path(name));
        assertEquals(
                Optional.empty(),
                FAMILIES.get("qwen2")
                        .names(Config.object(), Format.HUGGING_FACE)
                        .path(name));
    }

    @Test
    void aWindowIsAsWideAsItSaysWhateverTheContext() {
        assertEquals(
                OptionalInt.of(131_072),
                attentions(small("mistral", "\"sliding_window\": 131072, \"max_position_embeddings\": 4096"))
                        .getFirst()
                        .window());
    }
}
