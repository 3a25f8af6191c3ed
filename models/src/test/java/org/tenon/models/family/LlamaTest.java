package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.gated;
import static org.tenon.layers.Layers.mlp;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.op.Activation;
import org.tenon.layers.block.Block;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.position.LinearScaling;
import org.tenon.layers.position.Rope;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.checkpoint.Json;

class LlamaTest {
    private static final ModelFamily LLAMA = new Llama();

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** A small model with some fields more, or others. */
    private static Config small(String fields) {
        Config config = config("""
                {"hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 1, "vocab_size": 10, "intermediate_size": 8}
                """);
        Config more = config("{" + fields + "}");
        for (String key : more.keys()) {
            config = config.with(key, more.optional(key).orElseGet(Config::nothing));
        }
        return config;
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() {
        assertEquals(
                Architecture.decoder(4096, 32_000)
                        .context(2048)
                        .norm(rmsNorm(1e-6))
                        .layers(32, i -> block(attention(32).headDim(128).rope(10_000), swiGlu(11_008)))
                        .build(),
                LLAMA.spec(config("{\"model_type\": \"llama\"}")));
    }

    @Test
    void everyFieldCounts() {
        ModelSpec spec = LLAMA.spec(config("""
                        {"vocab_size": 128, "hidden_size": 48, "intermediate_size": 40, "num_hidden_layers": 3,
                         "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 24, "hidden_act": "gelu_new",
                         "max_position_embeddings": 77, "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
                         "attention_bias": true, "mlp_bias": true, "rope_theta": 5e5,
                         "pretraining_tp": 2, "use_cache": true, "initializer_range": 0.1, "a_field_of_tomorrow": {}}
                        """));
        assertEquals(
                Architecture.decoder(48, 128)
                        .context(77)
                        .norm(rmsNorm(1e-5))
                        .layers(
                                3,
                                i -> block(
                                        attention(4)
                                                .kvHeads(2)
                                                .headDim(24)
                                                .bias()
                                                .rope(500_000),
                                        gated(40, Activation.GELU_TANH).bias(true)))
                        .tiedHead()
                        .build(),
                spec);
    }

    @Test
    void aNullIsAsGoodAsNothing() {
        assertEquals(
                LLAMA.spec(small("")),
                LLAMA.spec(small("\"head_dim\": null, \"num_key_value_heads\": null, \"rope_scaling\": null,"
                        + " \"rope_parameters\": null, \"hidden_act\": null")));
    }

    @ParameterizedTest
    @CsvSource({
        "silu, silu",
        "swish, silu",
        "gelu, gelu",
        "gelu_python, gelu",
        "gelu_new, gelu_tanh",
        "gelu_fast, gelu_tanh",
        "gelu_pytorch_tanh, gelu_tanh",
        "gelu_accurate, gelu_tanh",
        "gelu_python_tanh, gelu_tanh",
        "relu, relu",
        "relu2, relu_squared"
    })
    void activationsHaveTheirNamesOfTransformers(String name, String activation) {
        Block block = (Block) LLAMA.spec(small("\"hidden_act\": \"" + name + "\""))
                .stacks()
                .getFirst()
                .layers()
                .getFirst();
        assertEquals(
                activation,
                ((FeedForward) block.branches().getLast().body()).activation().name());
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(
                        "\"hidden_size\": -64", "hidden_size must be a whole number from 1 to 1048576, but is -64"),
                Arguments.of(
                        "\"hidden_size\": 64.5", "hidden_size must be a whole number from 1 to 1048576, but is 64.5"),
                Arguments.of("\"hidden_size\": 1e300", "hidden_size must be a whole number from 1 to 1048576"),
                Arguments.of("\"hidden_size\": \"64\"", "hidden_size must be a whole number from 1 to 1048576"),
                Arguments.of("\"vocab_size\": 99999999999999999999999", "vocab_size must be a whole number from 1 to"),
                Arguments.of(
                        "\"num_hidden_layers\": 2147483647",
                        "num_hidden_layers must be a whole number from 1 to 10000"),
                Arguments.of("\"num_hidden_layers\": 0", "num_hidden_layers must be a whole number from 1 to 10000"),
                Arguments.of("\"intermediate_size\": 0", "intermediate_size must be a whole number from 1 to"),
                Arguments.of(
                        "\"max_position_embeddings\": -1", "max_position_embeddings must be a whole number from 1"),
                Arguments.of(
                        "\"num_attention_heads\": 5",
                        "num_attention_heads must be a divisor of hidden_size 64, but is 5"),
                Arguments.of(
                        "\"num_key_value_heads\": 3", "num_key_value_heads must be a divisor of num_attention_heads 4"),
                Arguments.of("\"head_dim\": 17", "head_dim must be even, for rotary positions turn pairs of columns"),
                Arguments.of("\"rms_norm_eps\": -1", "rms_norm_eps must be at least 0 and less than 1, but is -1.0"),
                Arguments.of("\"rms_norm_eps\": true", "rms_norm_eps must be a finite number"),
                Arguments.of("\"tie_word_embeddings\": \"yes\"", "tie_word_embeddings must be true or false"),
                Arguments.of("\"hidden_act\": \"SiLU\"", "hidden_act must be an activation that Tenon has: gelu, "),
                Arguments.of("\"hidden_act\": \"quick_gelu\"", "hidden_act must be an activation that Tenon has"),
                Arguments.of("\"quantization_config\": {\"bits\": 4}", "quantization_config must be absent"),
                Arguments.of("\"rope_theta\": 0", "rope_theta must be a positive number, but is 0"),
                Arguments.of("\"rope_scaling\": 7", "rope_scaling must be an object, but is 7"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"su\"}", "rope_scaling.type must be a kind of positions that"),
                Arguments.of(
                        "\"rope_parameters\": {\"rope_type\": \"mrope\"}", "rope_parameters.rope_type must be a kind"),
                Arguments.of(
                        "\"rope_parameters\": {\"full_attention\": {}}",
                        "rope_parameters.full_attention must be a number"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"linear\"}",
                        "rope_scaling.factor must be given, but is missing"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"linear\", \"factor\": -2}",
                        "rope_scaling.factor must be a positive number, but is -2"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"yarn\"}",
                        "rope_scaling.factor must be a positive number, but is missing"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"beta_fast\": 1, \"beta_slow\": 2}",
                        "rope.scaling.betaFast: 1.0 is less than betaSlow 2.0"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"llama3\", \"factor\": 4, \"low_freq_factor\": 1}",
                        "rope_scaling.high_freq_factor must be given"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]}",
                        "rope.scaling.shortFactors: 1 factors do not fit the 8 pairs of columns"),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [0], \"long_factor\": [1]}",
                        "rope_scaling.short_factor[0] must be a positive number, but is 0"),
                Arguments.of(
                        "\"partial_rotary_factor\": 0.5, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}",
                        "partial_rotary_factor must be 1"),
                Arguments.of(
                        "\"max_position_embeddings\": 100000000, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}",
                        "numbers; make the context shorter"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatCantBeIsRefusedAtOnceByFileAndPlace(String field, String message) {
        Config config = small(field);
        InvalidConfig refused = assertTimeoutPreemptively(
                Duration.ofMillis(500), () -> assertThrows(InvalidConfig.class, () -> LLAMA.spec(config)));
        assertTrue(refused.getMessage().startsWith("config.json: "), refused.getMessage());
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void aPartOfAHeadThatTheReferenceTurnsWholeIsTurnedWhole() {
        assertEquals(LLAMA.spec(small("")), LLAMA.spec(small("\"partial_rotary_factor\": 0.5")));
    }

    @Test
    void tensorsHaveTheirNamesOfTransformersBothWays() {
        ParameterNames names = LLAMA.names(small(""), Format.HUGGING_FACE);
        Map<String, String> some = Map.of(
                "model.embed_tokens.weight", "embedding.weight",
                "model.layers.17.self_attn.k_proj.bias", "layers.17.mixer.qkv.k.bias",
                "model.layers.0.self_attn.o_proj.weight", "layers.0.mixer.out.weight",
                "model.layers.3.mlp.up_proj.weight", "layers.3.channels.gateUp.up.weight",
                "model.layers.3.mlp.down_proj.weight", "layers.3.channels.down.weight",
                "model.layers.3.input_layernorm.weight", "layers.3.mixerNorm.weight",
                "model.layers.3.post_attention_layernorm.weight", "layers.3.channelsNorm.weight",
                "model.norm.weight", "norm.weight",
                "lm_head.weight", "head.weight");
        some.forEach((name, path) -> {
            assertEquals(Optional.of(path), names.path(name));
            assertEquals(Optional.of(name), names.checkpoint(path));
        });
        assertEquals(Optional.empty(), names.path("model.layers.0.self_attn.q_norm.weight"));
        assertTrue(names.ignorable("model.layers.0.self_attn.rotary_emb.inv_freq"));
        assertTrue(!names.ignorable("lm_head.weight"));
    }

    @Test
    void aTiedCheckpointMayHoldItsHeadAllTheSame() {
        ParameterNames names = LLAMA.names(small("\"tie_word_embeddings\": true"), Format.HUGGING_FACE);
        assertTrue(names.ignorable("lm_head.weight"));
        assertEquals(Optional.empty(), names.path("lm_head.weight"));
    }

    static Stream<ModelSpec> expressible() {
        return Stream.of(
                LLAMA.spec(small("")),
                LLAMA.spec(small("\"head_dim\": 10, \"num_key_value_heads\": 1, \"hidden_act\": \"relu2\"")),
                LLAMA.spec(small("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.5}, \"mlp_bias\": true")),
                LLAMA.spec(small("\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 3}, \"attention_bias\": true")),
                LLAMA.spec(small("\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"mscale\": 0.7,"
                        + " \"mscale_all_dim\": 1.2, \"original_max_position_embeddings\": 512}")),
                LLAMA.spec(small("\"rope_scaling\": {\"type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1,"
                        + " \"high_freq_factor\": 4, \"original_max_position_embeddings\": 512}")),
                LLAMA.spec(small("\"head_dim\": 4, \"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1, 2],"
                        + " \"long_factor\": [3, 4], \"original_max_position_embeddings\": 512}")),
                Architecture.decoder(64, 10)
                        .layers(2, i -> block(attention(4).rope(1e6), swiGlu(32)))
                        .tiedHead()
                        .build());
    }

    @ParameterizedTest
    @MethodSource("expressible")
    void whatTheFamilyExpressesComesBackTheSame(ModelSpec spec) {
        Config written = LLAMA.config(spec).orElseThrow();
        assertEquals("llama", written.text("model_type"));
        Config read = config(Json.text(written));
        assertEquals(
                Blueprint.of(spec, LayerProviders.found()).parameters().keySet(),
                Blueprint.of(LLAMA.spec(read), LayerProviders.found())
                        .parameters()
                        .keySet());
        assertEquals(Optional.of(written), LLAMA.config(LLAMA.spec(read)));
        assertEquals(spec.context(), LLAMA.spec(read).context());
    }

    static Stream<ModelSpec> notExpressible() {
        LayerSpec usual = block(attention(4).rope(1e4), swiGlu(32));
        Architecture start = Architecture.decoder(64, 10);
        return Stream.of(
                start.layers(1, i -> block(attention(4), swiGlu(32))).build(), // no positions
                start.layers(1, i -> block(attention(4).rope(1e4).window(16), swiGlu(32)))
                        .build(),
                start.layers(1, i -> block(attention(4).rope(1e4).headNorm(1e-6), swiGlu(32)))
                        .build(),
                start.layers(1, i -> block(attention(4).rope(1e4).scale(1), swiGlu(32)))
                        .build(),
                start.layers(1, i -> block(attention(4).rope(1e4).biases(true, false), swiGlu(32)))
                        .build(),
                start.layers(1, i -> block(attention(4).rope(Rope.of(1e4).fraction(0.5)), swiGlu(32)))
                        .build(),
                start.layers(1, i -> block(attention(4).rope(Rope.of(1e4).interleaved(true)), swiGlu(32)))
                        .build(),
                start.layers(1, i -> block(attention(4).rope(Rope.of(1e4).scaling(new LinearScaling(3))), swiGlu(32)))
                        .build(), // 2048 is no multiple of 3
                start.layers(1, i -> block(attention(4).rope(1e4), mlp(32, Activation.SILU)))
                        .build(),
                start.layers(1, i -> block(attention(5).headDim(8).rope(1e4), swiGlu(32)))
                        .build(),
                start.layers(1, i -> usual)
                        .layers(1, i -> block(attention(4).rope(1e4), swiGlu(40)))
                        .build(),
                start.layers(1, i -> attention(4).rope(1e4)).build(),
                start.layers(1, i -> usual).head(rmsNorm(1e-5)).build(),
                start.layers(
                                1,
                                i -> block(
                                        ((Block) usual).branches().getFirst().before(rmsNorm(1e-5)),
                                        ((Block) usual).branches().getLast().multiplier(0.5)))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("notExpressible")
    void whatTheFamilyCantExpressIsLeftToThePlainTree(ModelSpec spec) {
        assertEquals(Optional.empty(), LLAMA.config(spec));
        TenonTree tree = new TenonTree();
        Config saved = config(Json.text(tree.config(spec).orElseThrow()));
        assertEquals("tenon", saved.text("model_type"));
        assertEquals(spec, tree.spec(saved));
    }

    @Test
    void thePlainTreesTensorsAreCalledByTheirPaths() {
        ParameterNames names = new TenonTree().names(Config.object(), Format.HUGGING_FACE);
        assertEquals(Optional.of("layers.3.mixer.out.weight"), names.checkpoint("layers.3.mixer.out.weight"));
        assertEquals(Optional.of("layers.3.mixer.out.weight"), names.path("layers.3.mixer.out.weight"));
    }

    @Test
    void headsOfTheModelAreTiedAsTheConfigurationSays() {
        assertEquals(
                List.of(Head.untied()),
                List.copyOf(LLAMA.spec(small("")).heads().values()));
        assertEquals(
                List.of(Head.tied()),
                List.copyOf(LLAMA.spec(small("\"tie_word_embeddings\": true"))
                        .heads()
                        .values()));
    }
}
