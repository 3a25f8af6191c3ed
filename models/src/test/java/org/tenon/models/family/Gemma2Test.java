package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.gated;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.Head;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Json;

class Gemma2Test {
    private final Gemma2 gemma2 = new Gemma2();

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private ModelSpec small(String fields) {
        return gemma2.spec(config("""
                {"hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 3, "vocab_size": 10, "intermediate_size": 8,
                 %s}
                """.formatted(fields)));
    }

    private static List<SelfAttention> attentions(ModelSpec spec) {
        return spec.stacks().getFirst().layers().stream()
                .map(layer ->
                        (SelfAttention) ((Block) layer).branches().getFirst().body())
                .toList();
    }

    private static Head head(ModelSpec spec) {
        return (Head) spec.heads().get(ModelSpec.HEAD);
    }

    private static Block sandwich(SelfAttention attention, int width, RmsNorm norm) {
        return new Block(Stream.of(
                        Branch.of(Block.MIXER, attention),
                        Branch.of(Block.CHANNELS, gated(width, Activation.GELU_TANH)))
                .map(branch -> branch.before(norm).after(norm))
                .toList());
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() {
        RmsNorm norm = new RmsNorm(1e-6, true);
        SelfAttention usual =
                attention(8).kvHeads(4).headDim(256).rope(10_000).scale(0.0625).softCap(50);
        assertEquals(
                Architecture.decoder(2304, 256_000)
                        .context(8192)
                        .norm(norm)
                        .embedding(new Embedding(48))
                        .layers(26, i -> sandwich(i % 2 == 0 ? usual.window(4096) : usual, 9216, norm))
                        .head(Head.tied().softCap(30))
                        .build(),
                gemma2.spec(config("{\"model_type\": \"gemma2\"}")));
    }

    @Test
    void nullIsNoCap() {
        ModelSpec spec = small("\"attn_logit_softcapping\": null, \"final_logit_softcapping\": null");
        assertEquals(OptionalDouble.empty(), attentions(spec).getFirst().softCap());
        assertEquals(Head.tied(), head(spec));
        ModelSpec other = small("\"attn_logit_softcapping\": 20, \"final_logit_softcapping\": 7.5");
        assertEquals(OptionalDouble.of(20), attentions(other).getFirst().softCap());
        assertEquals(Head.tied().softCap(7.5), head(other));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"sliding_window\": 8                                                          | 8 0 8",
                "\"use_cache\": true                                                            | 4096 0 4096",
                "\"sliding_window\": 8, \"layer_types\": [\"full_attention\", \"full_attention\", \"sliding_attention\"] | 0 0 8",
                "\"sliding_window\": null, \"layer_types\": [\"full_attention\", \"full_attention\", \"full_attention\"] | 0 0 0"
            })
    void windowsAreWhereTheReferenceHasThem(String fields, String windows) {
        assertEquals(
                Stream.of(windows.split(" ")).map(Integer::valueOf).toList(),
                attentions(small(fields)).stream()
                        .map(each -> each.window().orElse(0))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"sliding_window\": null | sliding_window must be a number, or layer_types given without sliding_attention",
                "\"sliding_window\": null, \"layer_types\": [\"full_attention\", \"sliding_attention\", \"full_attention\"]"
                        + " | layer_types[1] must be full_attention where sliding_window is null",
                "\"layer_types\": [\"full_attention\"] | layer_types must be a list of 3, one for each of num_hidden_layers",
                "\"hidden_activation\": \"mish\" | hidden_activation must be an activation that Tenon has: gelu, ",
                "\"final_logit_softcapping\": 0 | final_logit_softcapping must be a positive number, or null for no cap, but is 0.0",
                "\"attn_logit_softcapping\": -1 | attn_logit_softcapping must be a positive number, or null for no cap, but is -1.0",
                "\"query_pre_attn_scalar\": 0 | query_pre_attn_scalar must be a whole number from 1",
                "\"use_bidirectional_attention\": true | use_bidirectional_attention must be false",
                "\"num_key_value_heads\": 3 | num_key_value_heads must be a divisor of num_attention_heads 4, but is 3",
                "\"head_dim\": 15 | head_dim must be even"
            })
    void whatCantBeIsRefusedByFileAndPlace(String fields, String message) {
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> small(fields));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void everyBranchHasTwoNormsInTheCheckpoint() {
        ParameterNames names = gemma2.names(Config.object(), Format.HUGGING_FACE);
        assertEquals(Optional.of("layers.1.mixerNorm.weight"), names.path("model.layers.1.input_layernorm.weight"));
        assertEquals(
                Optional.of("layers.1.mixerPostNorm.weight"),
                names.path("model.layers.1.post_attention_layernorm.weight"));
        assertEquals(
                Optional.of("layers.1.channelsNorm.weight"),
                names.path("model.layers.1.pre_feedforward_layernorm.weight"));
        assertEquals(
                Optional.of("layers.1.channelsPostNorm.weight"),
                names.path("model.layers.1.post_feedforward_layernorm.weight"));
        assertTrue(names.ignorable("lm_head.weight"));
    }

    @Test
    void whatItExpressesComesBackFromWhatItWrites() {
        for (String fields : List.of(
                "\"sliding_window\": 8",
                "\"attn_logit_softcapping\": null, \"final_logit_softcapping\": null, \"query_pre_attn_scalar\": 24",
                "\"tie_word_embeddings\": false, \"final_logit_softcapping\": 12.5, \"attention_bias\": true",
                "\"layer_types\": [\"full_attention\", \"full_attention\", \"full_attention\"], \"rms_norm_eps\": 0.001")) {
            ModelSpec spec = small(fields);
            assertEquals(spec, gemma2.spec(config(Json.text(gemma2.config(spec).orElseThrow()))));
        }
    }

    @Test
    void anotherMultiplierOrAPlainNormIsNotGemma() {
        RmsNorm norm = new RmsNorm(1e-6, true);
        SelfAttention usual = attention(4).headDim(16).rope(1e4).scale(0.25);
        Architecture start = Architecture.decoder(64, 10).norm(norm).tiedHead();
        Architecture whole = start.layers(2, i -> sandwich(usual, 8, norm));
        assertTrue(gemma2.config(whole.embedding(new Embedding(8)).build()).isPresent());
        assertEquals(Optional.empty(), gemma2.config(whole.build()));
        Architecture plain = start.layers(2, i -> sandwich(usual, 8, new RmsNorm(1e-6)));
        assertEquals(
                Optional.empty(),
                gemma2.config(plain.embedding(new Embedding(8)).build()));
    }
}
