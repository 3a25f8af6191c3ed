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
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.position.LongRopeScaling;
import org.tenon.layers.position.Rope;
import org.tenon.models.architecture.Architecture;
import org.tenon.models.checkpoint.Json;

class Phi3Test {
    private static final String FACTORS = "\"short_factor\": [1, 1.5], \"long_factor\": [2, 4.5]";

    private final Phi3 phi3 = new Phi3();

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private ModelSpec small(String fields) {
        return phi3.spec(config("""
                {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2, "vocab_size": 10, "intermediate_size": 8,
                 "max_position_embeddings": 64, %s}
                """.formatted(fields)));
    }

    private static SelfAttention attentionOf(ModelSpec spec) {
        Block block = (Block) spec.stacks().getFirst().layers().getFirst();
        return (SelfAttention) block.branches().getFirst().body();
    }

    private Rope rope(String fields) {
        return attentionOf(small(fields)).rope().orElseThrow();
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() {
        assertEquals(
                Architecture.decoder(3072, 32_064)
                        .context(4096)
                        .norm(rmsNorm(1e-5))
                        .layers(32, i -> block(attention(32).headDim(96).rope(10_000), swiGlu(8192)))
                        .build(),
                phi3.spec(config("{\"model_type\": \"phi3\"}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"longrope", "su", "yarn"})
    void longRopeGoesByThreeNames(String type) {
        Rope expected = Rope.of(1e4)
                .fraction(0.5)
                .scaling(new LongRopeScaling(
                        List.of(1.0, 1.5), List.of(2.0, 4.5), 16, LongRopeScaling.attentionFactor(4, 16)));
        assertEquals(
                expected,
                rope("\"original_max_position_embeddings\": 16, \"partial_rotary_factor\": 0.5, \"rope_theta\": 10000,"
                        + " \"rope_scaling\": {\"type\": \"" + type + "\", " + FACTORS + "}"));
        assertEquals(
                expected,
                rope("\"original_max_position_embeddings\": 16, \"rope_parameters\": {\"rope_type\": \"" + type
                        + "\", \"partial_rotary_factor\": 0.5, \"original_max_position_embeddings\": 8, " + FACTORS
                        + "}"));
    }

    @Test
    void aModelWasTrainedOn4096TokensUnlessTheFileSaysSoOutsideThePositions() {
        Rope rope = rope("\"rope_parameters\": {\"rope_type\": \"longrope\", \"partial_rotary_factor\": 0.5,"
                + " \"original_max_position_embeddings\": 8, " + FACTORS + "}");
        assertEquals(4096, ((LongRopeScaling) rope.scaling()).original());
        assertEquals(1, ((LongRopeScaling) rope.scaling()).attentionFactor());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2} | rope_scaling.type must be a kind of positions that this"
                        + " family has: default or longrope (once called su or yarn), but is \"linear\"",
                "\"rope_scaling\": {\"type\": \"su\", \"short_factor\": [1], \"long_factor\": [1]} | rope.scaling.shortFactors:"
                        + " 1 factors do not fit the 4 pairs",
                "\"partial_rotary_factor\": 1.5 | rope.fraction: 1.5 is not more than 0 and at most 1",
                "\"partial_rotary_factor\": 0 | partial_rotary_factor must be a positive number",
                "\"hidden_act\": \"mish\" | hidden_act must be an activation that Tenon has: gelu, ",
                "\"num_key_value_heads\": 3 | num_key_value_heads must be a divisor of num_attention_heads 2, but is 3",
                "\"sliding_window\": 0 | sliding_window must be a whole number from 1"
            })
    void whatCantBeIsRefusedByFileAndPlace(String fields, String message) {
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> small(fields));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void queriesKeysAndValuesAreOneTensorAndGateAndUpAnother() {
        ParameterNames names = phi3.names(Config.object(), Format.HUGGING_FACE);
        assertEquals(
                List.of("layers.3.mixer.qkv.q.weight", "layers.3.mixer.qkv.k.weight", "layers.3.mixer.qkv.v.weight"),
                names.paths("model.layers.3.self_attn.qkv_proj.weight"));
        assertEquals(
                List.of("layers.3.channels.gateUp.gate.weight", "layers.3.channels.gateUp.up.weight"),
                names.paths("model.layers.3.mlp.gate_up_proj.weight"));
        assertEquals(Optional.empty(), names.path("model.layers.3.self_attn.q_proj.weight"));
    }

    @Test
    void whatItExpressesComesBackFromWhatItWrites() {
        Architecture start = Architecture.decoder(64, 10).context(128).norm(rmsNorm(1e-5));
        Rope half = Rope.of(1e4).fraction(0.5);
        Rope stretched =
                half.scaling(new LongRopeScaling(List.of(1.0, 1.0, 1.0, 1.5), List.of(1.0, 1.5, 2.0, 4.5), 32, 1.25));
        for (Rope rope : List.of(Rope.of(5e5), half, stretched)) {
            ModelSpec spec = start.layers(
                            2, i -> block(attention(4).headDim(16).window(9).rope(rope), swiGlu(32)))
                    .build();
            Config written = phi3.config(spec).orElseThrow();
            assertEquals(spec, phi3.spec(config(Json.text(written))));
            assertTrue(written.keys().contains("pad_token_id"));
        }
        ModelSpec biased = start.layers(
                        2, i -> block(attention(4).headDim(16).bias().rope(half), swiGlu(32)))
                .build();
        assertEquals(Optional.empty(), phi3.config(biased));
    }
}
