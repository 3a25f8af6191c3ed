package org.tenon.models.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.model.History;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Scores;
import org.tenon.models.checkpoint.Json;

class SamplingChainTest {
    /** A step rounds once or twice in F32; each rounding is within half of 2^-23 of the value. */
    private static final double ROUNDINGS = 2 * 0x1p-23;

    @TestFactory
    List<DynamicTest> everyStepGivesTheScoresOfTransformers() throws IOException {
        List<Config> cases;
        try (InputStream file = SamplingChainTest.class.getResourceAsStream("/sampling/cases.json")) {
            cases = Json.parse("cases.json", file.readAllBytes()).list("cases");
        }
        assertTrue(cases.size() >= 60, "cases: " + cases.size());
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            Config each = cases.get(i);
            tests.add(DynamicTest.dynamicTest(i + " " + each.child("settings"), () -> compare(each)));
        }
        return tests;
    }

    private static void compare(Config each) {
        float[] logits = numbers(each.list("logits"));
        List<Integer> ids = new ArrayList<>();
        each.list("prompt").forEach(id -> ids.add(id.asInteger()));
        int prompt = ids.size();
        each.list("output").forEach(id -> ids.add(id.asInteger()));
        History history = new ListHistory(ids, prompt);
        SamplingChain chain = SamplingChain.of(settings(each.child("settings")), 0, Integer.MAX_VALUE);
        Scores scores = new Scores(logits.length);
        scores.set(logits);
        List<LogitsProcessor> parts = new ArrayList<>(chain.parts());
        for (Config step : each.list("steps")) {
            if (!parts.isEmpty() && name(parts.getFirst()).equals(step.text("step"))) {
                parts.removeFirst().apply(scores, history);
            } // else a step of theirs that changes nothing and that we leave out
            assertScores(numbers(step.list("scores")), scores, step.text("step"));
        }
        assertEquals(List.of(), parts, "parts that Transformers doesn't have");
    }

    private static void assertScores(float[] expected, Scores scores, String step) {
        int candidates = 0;
        for (int id = 0; id < expected.length; id++) {
            double tolerance = Float.isInfinite(expected[id]) ? 0 : Math.abs(expected[id]) * ROUNDINGS;
            assertEquals(expected[id], scores.get(id), tolerance, "after " + step + ", id " + id);
            candidates += Float.isInfinite(expected[id]) ? 0 : 1;
        }
        assertEquals(candidates, scores.candidates(), "candidates after " + step);
    }

    private static String name(LogitsProcessor part) {
        return switch (part) {
            case LogitBias _ -> "logit_bias";
            case RepetitionPenalty _ -> "repetition_penalty";
            case CountPenalties _ -> "count_penalties";
            case Temperature _ -> "temperature";
            case TopK _ -> "top_k";
            case TopP _ -> "top_p";
            case MinP _ -> "min_p";
            default -> part.toString();
        };
    }

    private static Sampling settings(Config given) {
        Sampling sampling = sampling().drawn();
        for (String key : given.keys()) {
            sampling = switch (key) {
                case "temperature" -> sampling.temperature(given.decimal(key));
                case "top_k" -> sampling.topK(given.integer(key));
                case "top_p" -> sampling.topP(given.decimal(key));
                case "min_p" -> sampling.minP(given.decimal(key));
                case "repetition_penalty" -> sampling.repetitionPenalty(given.decimal(key));
                case "frequency_penalty" -> sampling.frequencyPenalty(given.decimal(key));
                case "presence_penalty" -> sampling.presencePenalty(given.decimal(key));
                case "logit_bias" -> {
                    Map<Integer, Double> bias = new LinkedHashMap<>();
                    Config byId = given.child(key);
                    byId.keys().forEach(id -> bias.put(Integer.valueOf(id), byId.decimal(id)));
                    yield sampling.logitBias(bias);
                }
                default -> throw new AssertionError("unknown setting " + key);
            };
        }
        return sampling;
    }

    private static float[] numbers(List<Config> values) {
        float[] numbers = new float[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.get(i).kind() == Config.Kind.NULL
                    ? Float.NEGATIVE_INFINITY
                    : (float) values.get(i).asDecimal();
        }
        return numbers;
    }

    @Test
    void greedyTakesTheLowestIdAmongEqualsAndNoFilters() {
        SamplingChain chain =
                SamplingChain.of(sampling().greedy().temperature(0.5).topK(1), 3, Integer.MAX_VALUE);
        assertEquals(List.of(), chain.parts());
        Scores scores = new Scores(4);
        scores.set(new float[] {-1, 2, 2, 0});
        assertEquals(1, chain.next(scores, new ListHistory(List.of(0), 1)));
    }

    @Test
    void temperatureZeroIsGreedy() {
        assertTrue(sampling().temperature(0).isGreedy());
        assertFalse(sampling().temperature(0.1).isGreedy());
    }

    @Test
    void askingForTopPDrawsWhereTheDefaultIsGreedy() {
        Sampling defaults = sampling().greedy().topK(50);
        assertTrue(sampling().maxTokens(3).orElse(defaults).isGreedy());
        assertFalse(sampling().topP(0.9).orElse(defaults).isGreedy());
        assertEquals(50, sampling().topP(0.9).orElse(defaults).topK().getAsInt());
        assertTrue(sampling().topP(0.9).greedy().orElse(defaults).isGreedy());
    }

    @Test
    void topPKeepsTheLowestIdsAmongEquals() {
        Scores scores = new Scores(5);
        scores.set(new float[] {1, 1, 1, 1, -9});
        new TopP(0.4).apply(scores, new ListHistory(List.of(), 0));
        assertEquals(2, scores.candidates());
        assertEquals(0, scores.candidate(0));
        assertEquals(1, scores.candidate(1));
    }

    @Test
    void partsCanBeReplacedAndTheChoiceToo() {
        Sampling sampling = sampling()
                .temperature(2)
                .topK(3)
                .chain(parts -> {
                    assertEquals(List.of(new Temperature(2), new TopK(3)), parts);
                    return List.of((scores, history) -> scores.set(history.length(), 100));
                })
                .chooser((scores, history) -> scores.get(history.length()) == 100 ? 3 : 0);
        Scores scores = new Scores(4);
        assertEquals(
                3, SamplingChain.of(sampling, 0, Integer.MAX_VALUE).next(scores, new ListHistory(List.of(1, 2), 2)));
    }

    @Test
    void drawsFollowTheProbabilities() {
        float[] logits = {0, (float) Math.log(2), (float) Math.log(4), Float.NEGATIVE_INFINITY, (float) Math.log(1)};
        int[] counts = new int[logits.length];
        int draws = 40_000;
        Draw draw = new Draw(11);
        Scores scores = new Scores(logits.length);
        for (int i = 0; i < draws; i++) {
            scores.set(logits);
            counts[draw.choose(scores, new FixedLength(i))]++;
        }
        double[] probabilities = {1 / 8.0, 2 / 8.0, 4 / 8.0, 0, 1 / 8.0};
        for (int id = 0; id < counts.length; id++) {
            double deviation = Math.sqrt(draws * probabilities[id] * (1 - probabilities[id]));
            assertEquals(draws * probabilities[id], counts[id], 5 * deviation, "draws of id " + id); // five sigma
        }
    }

    @Test
    void nothingLeftToChooseFromIsAnError() {
        Scores scores = new Scores(2);
        scores.set(new float[] {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY});
        History history = new ListHistory(List.of(), 0);
        assertTrue(assertThrows(TenonException.class, () -> new Greedy().choose(scores, history))
                .getMessage()
                .contains("no token"));
        assertThrows(TenonException.class, () -> new Draw(1).choose(scores, history));
        scores.set(new float[] {Float.NaN, Float.NaN});
        assertTrue(assertThrows(TenonException.class, () -> new Greedy().choose(scores, history))
                .getMessage()
                .contains("NaN"));
        assertTrue(assertThrows(TenonException.class, () -> new Draw(1).choose(scores, history))
                .getMessage()
                .contains("NaN"));
    }

    @Test
    void valuesOutOfRangeAreRefusedWithTheirName() {
        assertMessage("temperature", () -> sampling().temperature(-1));
        assertMessage("temperature", () -> sampling().temperature(Double.NaN));
        assertMessage("topK", () -> sampling().topK(-1));
        assertMessage("topP", () -> sampling().topP(0));
        assertMessage("minP", () -> sampling().minP(1.5));
        assertMessage("repetitionPenalty", () -> sampling().repetitionPenalty(0));
        assertMessage("frequencyPenalty", () -> sampling().frequencyPenalty(Double.POSITIVE_INFINITY));
        assertMessage("presencePenalty", () -> sampling().presencePenalty(Double.NaN));
        assertMessage("maxTokens", () -> sampling().maxTokens(0));
        assertMessage("stopStrings", () -> sampling().stopStrings("a", ""));
        assertMessage("stopTokens", () -> sampling().stopTokens(-1));
        assertMessage("logProbabilities", () -> sampling().logProbabilities(-1));
        assertMessage("logitBias", () -> sampling().logitBias(Map.of(1, Double.NaN)));
    }

    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(InvalidRequest.class, call::run).getMessage();
        assertTrue(message.startsWith(part + " must be ") && message.contains(", but is "), message);
    }

    private record FixedLength(int length) implements History {
        @Override
        public int promptLength() {
            return 0;
        }

        @Override
        public int id(int position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int count(int id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int distinct() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int distinct(int index) {
            throw new UnsupportedOperationException();
        }
    }

    private record ListHistory(List<Integer> ids, int promptLength) implements History {
        @Override
        public int length() {
            return ids.size();
        }

        @Override
        public int id(int position) {
            return ids.get(position);
        }

        @Override
        public int count(int id) {
            return (int) ids.stream().filter(each -> each == id).count();
        }

        @Override
        public int distinct() {
            return (int) ids.stream().distinct().count();
        }

        @Override
        public int distinct(int index) {
            return ids.stream().distinct().toList().get(index);
        }
    }
}
