package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.config.Config;
import org.tenon.layers.position.DynamicScaling;
import org.tenon.layers.position.LinearScaling;
import org.tenon.layers.position.Llama3Scaling;
import org.tenon.layers.position.LongRopeScaling;
import org.tenon.layers.position.Rope;
import org.tenon.layers.position.YarnScaling;
import org.tenon.models.checkpoint.Json;

/** What Transformers 5.23 makes of the fields, tried there. */
class HuggingFaceRopeTest {
    private static HuggingFaceRope read(String json) {
        Config config = Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
        return HuggingFaceRope.read(config, 4096);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "10000  | {}",
                "500000 | {\"rope_theta\": 500000}",
                "500000 | {\"rope_theta\": 500000.0, \"rope_scaling\": null}",
                "500000 | {\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 500000.0}}",
                "7      | {\"rope_parameters\": {\"rope_theta\": 7}, \"rope_theta\": 8}",
                "8      | {\"rope_parameters\": {\"rope_type\": \"default\"}, \"rope_theta\": 8}",
                "10000  | {\"rope_parameters\": {}}",
                "7      | {\"rope_parameters\": {\"rope_theta\": 7}, \"rope_scaling\": {}}",
                "9      | {\"rope_parameters\": {\"rope_theta\": 7}, \"rope_scaling\": {\"rope_theta\": 9}}",
                "8      | {\"rope_parameters\": {\"rope_theta\": 7}, \"rope_theta\": 8, \"rope_scaling\": {\"type\": \"default\"}}",
            })
    void thetaIsTakenFromTheFirstPlaceThatSaysIt(double theta, String json) {
        assertEquals(new HuggingFaceRope(Rope.of(theta), 4096), read(json));
    }

    @Test
    void theNewNameOfTheTypeWinsOverTheOld() {
        assertEquals(
                Rope.of(10_000).scaling(new LinearScaling(2)),
                read("{\"rope_scaling\": {\"type\": \"dynamic\", \"rope_type\": \"linear\", \"factor\": 2}}")
                        .rope());
    }

    @Test
    void linearAndDynamicScalingReachFurtherThanThePositionsSay() {
        HuggingFaceRope linear = read("{\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.5}}");
        assertEquals(new HuggingFaceRope(Rope.of(10_000).scaling(new LinearScaling(2.5)), 10_240), linear);
        HuggingFaceRope dynamic = read("{\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}}");
        assertEquals(new HuggingFaceRope(Rope.of(10_000).scaling(new DynamicScaling(2, 4096)), 16_384), dynamic);
    }

    @Test
    void dynamicScalingIgnoresTheOriginalPositions() {
        assertEquals(
                new DynamicScaling(2, 4096),
                read("{\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2, \"original_max_position_embeddings\": 64}}")
                        .rope()
                        .scaling());
    }

    @Test
    void yarnHasTheDefaultsOfThePaper() {
        HuggingFaceRope yarn = read("{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4}}");
        assertEquals(new HuggingFaceRope(Rope.of(10_000).scaling(new YarnScaling(4, 4096)), 16_384), yarn);
        HuggingFaceRope zeros = read("{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"beta_fast\": 0,"
                + " \"beta_slow\": null, \"attention_factor\": null, \"mscale\": 0, \"mscale_all_dim\": 1}}");
        assertEquals(yarn, zeros);
    }

    @Test
    void yarnTakesItsFactorFromThePositionsWhereItIsNull() {
        assertEquals(
                new HuggingFaceRope(Rope.of(10_000).scaling(new YarnScaling(8, 512)), 4096),
                read(
                        "{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": null, \"original_max_position_embeddings\": 512}}"));
    }

    @Test
    void yarnsAttentionFactorIsGivenOrARatioOfTwo() {
        double ratio = (0.1 * 0.7 * Math.log(4) + 1) / (0.1 * 1.2 * Math.log(4) + 1);
        assertEquals(
                new YarnScaling(4, 4096, 16, 2, false, ratio),
                read("{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"beta_fast\": 16, \"beta_slow\": 2,"
                                + " \"truncate\": false, \"mscale\": 0.7, \"mscale_all_dim\": 1.2}}")
                        .rope()
                        .scaling());
        assertEquals(
                new YarnScaling(4, 4096, 32, 1, true, 1.3),
                read("{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"attention_factor\": 1.3, \"mscale\": 0.7,"
                                + " \"mscale_all_dim\": 1.2}}")
                        .rope()
                        .scaling());
    }

    @Test
    void theOriginalPositionsOfTheWholeWinOverThoseOfTheScaling() {
        String inside =
                "\"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 64";
        String outside = "\"original_max_position_embeddings\": 32, ";
        assertEquals(
                new Llama3Scaling(8, 1, 4, 32),
                read("{" + outside + "\"rope_scaling\": {\"rope_type\": \"llama3\", " + inside + "}}")
                        .rope()
                        .scaling());
        assertEquals(
                new Llama3Scaling(8, 1, 4, 64),
                read("{\"rope_parameters\": {\"rope_type\": \"llama3\", " + inside + "}}")
                        .rope()
                        .scaling());
    }

    @Test
    void longRopesAttentionFactorComesFromTheStretch() {
        String lists = "\"short_factor\": [1, 2], \"long_factor\": [3, 4.5]";
        assertEquals(
                new LongRopeScaling(
                        List.of(1.0, 2.0), List.of(3.0, 4.5), 512, Math.sqrt(1 + Math.log(8) / Math.log(512))),
                read("{\"original_max_position_embeddings\": 512, \"rope_scaling\": {\"type\": \"longrope\", " + lists
                                + "}}")
                        .rope()
                        .scaling());
        assertEquals(
                new LongRopeScaling(
                        List.of(1.0, 2.0), List.of(3.0, 4.5), 512, Math.sqrt(1 + Math.log(3) / Math.log(512))),
                read("{\"original_max_position_embeddings\": 512, \"rope_scaling\": {\"type\": \"longrope\", \"factor\": 3, "
                                + lists + "}}")
                        .rope()
                        .scaling());
        assertEquals(
                new LongRopeScaling(List.of(1.0, 2.0), List.of(3.0, 4.5), 4096, 1),
                read("{\"rope_scaling\": {\"type\": \"longrope\", " + lists + "}}")
                        .rope()
                        .scaling());
    }
}
