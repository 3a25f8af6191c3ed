package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.Sampling;

class DefaultsTest {
    private static Sampling of(Map<String, Object> generation) {
        return Defaults.of(
                Config.of("config.json", Map.of("eos_token_id", 2)),
                Optional.of(Config.of("generation_config.json", generation)));
    }

    @Test
    void withoutAFileTheDefaultsAreThoseOfTransformers() {
        Sampling defaults = Defaults.of(Config.object(), Optional.empty());
        assertTrue(defaults.isGreedy());
        assertEquals(50, defaults.topK().getAsInt());
        assertTrue(defaults.maxTokens().isEmpty());
        assertTrue(defaults.endTokens().isEmpty());
        Sampling drawn = sampling().temperature(0.7).orElse(defaults);
        assertFalse(drawn.isGreedy());
        assertEquals(50, drawn.topK().getAsInt());
    }

    @Test
    void aFileSaysHowToDrawAndWhereToEnd() {
        Sampling defaults = of(Map.of(
                "do_sample",
                true,
                "temperature",
                0.6,
                "top_k",
                20,
                "top_p",
                0.9,
                "min_p",
                0.05,
                "repetition_penalty",
                1.1,
                "max_new_tokens",
                24,
                "eos_token_id",
                java.util.List.of(318, 319),
                "max_length",
                20));
        assertFalse(defaults.isGreedy());
        assertEquals(0.6, defaults.temperature().getAsDouble());
        assertEquals(20, defaults.topK().getAsInt());
        assertEquals(0.9, defaults.topP().getAsDouble());
        assertEquals(0.05, defaults.minP().getAsDouble());
        assertEquals(1.1, defaults.repetitionPenalty().getAsDouble());
        assertEquals(24, defaults.maxTokens().getAsInt());
        assertEquals(Set.of(318, 319), defaults.endTokens());
    }

    @Test
    void whatAGreedyFileSaysCountsOnceADrawIsAskedFor() {
        Sampling defaults = of(Map.of("temperature", 0.6, "top_p", 0.9));
        assertTrue(defaults.isGreedy());
        Sampling drawn = sampling().drawn().orElse(defaults);
        assertFalse(drawn.isGreedy());
        assertEquals(0.6, drawn.temperature().getAsDouble());
        assertEquals(0.9, drawn.topP().getAsDouble());
    }

    @Test
    void endTokensOfTheModelCountWhereTheFileNamesNone() {
        assertEquals(Set.of(2), of(Map.of()).endTokens());
        assertEquals(Set.of(7), of(Map.of("eos_token_id", 7)).endTokens());
    }

    @Test
    void aFileSaysWhichTokensAreForced() {
        assertTrue(of(Map.of()).forcedFirst().isEmpty());
        assertTrue(of(Map.of()).forcedLast().isEmpty());
        assertEquals(Set.of(4), of(Map.of("forced_bos_token_id", 4)).forcedFirst());
        assertEquals(
                Set.of(5, 6),
                of(Map.of("forced_eos_token_id", java.util.List.of(5, 6))).forcedLast());
        Sampling older = Defaults.of(Config.object().with("forced_eos_token_id", 3), Optional.of(Config.object()));
        assertEquals(Set.of(3), older.forcedLast());
        assertThrows(InvalidConfig.class, () -> of(Map.of("forced_eos_token_id", -1)));
    }

    @Test
    void aNullForTopKMeansNone() {
        assertEquals(0, of(Map.of("top_k", Config.nothing())).topK().getAsInt());
    }

    @Test
    void wrongValuesAreTheFilesFault() {
        String message = assertThrows(InvalidConfig.class, () -> of(Map.of("top_p", 1.5)))
                .getMessage();
        assertTrue(message.startsWith("generation_config.json: top_p must be"), message);
        assertThrows(InvalidConfig.class, () -> of(Map.of("temperature", "hot")));
        assertThrows(InvalidConfig.class, () -> of(Map.of("max_new_tokens", 0)));
        assertThrows(InvalidConfig.class, () -> of(Map.of("eos_token_id", -1)));
    }
}
