package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Token;
import org.tenon.api.text.Message;
import org.tenon.models.sampling.LogProbabilities;

class GenerationTest {
    private static final int PROMPT_LENGTH = 3; // the beginning and two letters

    private static Result say(String text, Sampling sampling) {
        try (TestModel test = TestModel.open(TestModel.limits(), TestModel.saying(text, PROMPT_LENGTH))) {
            return test.model().generate("ab", sampling).await();
        }
    }

    private static List<String> texts(Result result) {
        return result.tokens().stream().map(Token::text).toList();
    }

    @Test
    void textComesAsTheModelSaysItAndEndsWithTheEndToken() {
        Result result = say("Hello", sampling());
        assertEquals("Hello", result.text());
        assertEquals(List.of("H", "e", "l", "l", "o", ""), texts(result));
        assertEquals(FinishReason.END_TOKEN, result.reason());
        assertArrayEquals(new int[] {'H', 'e', 'l', 'l', 'o', Bytes.EOS}, result.ids());
        assertEquals(3, result.usage().promptTokens());
        assertEquals(0, result.usage().cachedTokens());
        assertEquals(6, result.usage().outputTokens());
    }

    @Test
    void aCharacterOfSeveralTokensComesWithItsLast() {
        Result result = say("é!", sampling());
        assertEquals(List.of("", "é", "!", ""), texts(result));
        assertEquals("é!", result.text());
    }

    @Test
    void aCharacterCutOffAtTheEndIsReplaced() {
        Result result = say("aé", sampling().maxTokens(2));
        assertEquals(List.of("a", "\uFFFD"), texts(result));
        assertEquals("a\uFFFD", result.text());
        assertEquals(FinishReason.MAX_TOKENS, result.reason());
    }

    @Test
    void aStopStringOverTokenBoundariesEndsTheTextBeforeIt() {
        Result result = say("one, two. three", sampling().stopStrings("o. t"));
        assertEquals("one, tw", result.text());
        assertEquals(FinishReason.STOP_STRING, result.reason());
        assertEquals("one, two. t".length(), result.usage().outputTokens());
        assertEquals(result.text(), String.join("", texts(result)));
    }

    @Test
    void whatMayBeginAStopStringIsHeldBackUntilItIsClear() {
        Result result = say("abcabd", sampling().stopStrings("abd", "x"));
        assertEquals(List.of("", "", "abc", "", "", ""), texts(result));
        assertEquals("abc", result.text());
        Result whole = say("abcab", sampling().stopStrings("abd"));
        assertEquals(List.of("", "", "abc", "", "", "ab"), texts(whole));
        assertEquals(FinishReason.END_TOKEN, whole.reason());
    }

    @Test
    void theFirstOfSeveralStopStringsCounts() {
        assertEquals("a", say("abcd", sampling().stopStrings("cd", "bc")).text());
        assertEquals("", say("abcd", sampling().stopStrings("bcd", "abc")).text());
    }

    @Test
    void aStopStringMayHoldCharactersOfSeveralTokens() {
        assertEquals("so", say("so→ no", sampling().stopStrings("→")).text());
    }

    @Test
    void stopTokensEndTheOutputWithoutTheirText() {
        Result result = say("Hello", sampling().stopTokens('l'));
        assertEquals("He", result.text());
        assertEquals(FinishReason.STOP_TOKEN, result.reason());
        assertArrayEquals(new int[] {'H', 'e', 'l'}, result.ids());
    }

    @Test
    void withoutEndTokensTheOutputGoesOnUntilTheContextIsFull() {
        Result result = say("Hi", sampling().ignoreEndTokens());
        assertEquals(FinishReason.CONTEXT_FULL, result.reason());
        assertEquals(64 - PROMPT_LENGTH, result.usage().outputTokens());
        assertEquals("Hi", result.text());
    }

    @Test
    void greedyIsTheSameAloneInChunksAndInAnyCompany() {
        try (TestModel test = TestModel.open()) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 20; i++) { // more than there is room for at once, of more rows than a step has
                generations.add(test.model()
                        .generate(Request.ids(TestModel.prompt(1 + 2 * i, i))
                                .sampling(sampling().maxTokens(3 + i))));
            }
            for (int i = 0; i < 20; i++) {
                assertArrayEquals(
                        TestModel.alone(
                                TestModel.prompt(1 + 2 * i, i),
                                3 + i,
                                sampling().greedy(),
                                0),
                        generations.get(i).await().ids(),
                        "request " + i);
            }
        }
    }

    @Test
    void oneSeedGivesOneTextWhateverTheCompany() {
        Sampling drawn = sampling()
                .temperature(1.2)
                .topK(40)
                .topP(0.95)
                .repetitionPenalty(1.1)
                .seed(5);
        int[] prompt = TestModel.prompt(20, 1);
        int[] expected = TestModel.alone(prompt, 15, drawn, 5);
        try (TestModel test = TestModel.open()) {
            Request request = Request.ids(prompt).sampling(drawn.maxTokens(15));
            assertArrayEquals(expected, test.model().generate(request).await().ids());
            List<Generation> company = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                company.add(test.model()
                        .generate(Request.ids(TestModel.prompt(5, i))
                                .sampling(drawn.seed(i).maxTokens(9))));
            }
            Result again = test.model().generate(request).await();
            assertArrayEquals(expected, again.ids());
            assertEquals(5, again.seed());
            assertNotEquals(
                    company.get(1).await().tokens(), company.get(2).await().tokens());
        }
    }

    @Test
    void withoutASeedTheResultTellsTheOneThatWasUsed() {
        Request request =
                Request.ids(1, 2, 3).sampling(sampling().temperature(1).maxTokens(12));
        try (TestModel test = TestModel.open()) {
            Result first = test.model().generate(request).await();
            Result other = test.model().generate(request).await();
            assertNotEquals(first.seed(), other.seed());
            Result again = test.model()
                    .generate(request.sampling(request.sampling().seed(first.seed())))
                    .await();
            assertArrayEquals(first.ids(), again.ids());
        }
    }

    @Test
    void penaltiesLookAtPromptAndOutput() {
        Function<int[], float[]> logits = ids -> {
            float[] row = new float[TestModel.VOCABULARY];
            row[7] = 3;
            row[8] = 2.5f;
            row[9] = 2;
            return row;
        };
        try (TestModel test = TestModel.open(TestModel.limits(), logits)) {
            Request request = Request.ids(7);
            assertArrayEquals(
                    new int[] {8, 9, 7}, // once 8 and 9 have occurred as well, 7 is the best again
                    test.model()
                            .generate(request.sampling(
                                    sampling().presencePenalty(2).maxTokens(3)))
                            .await()
                            .ids());
            assertArrayEquals(
                    new int[] {8, 9, 7, 8},
                    test.model()
                            .generate(request.sampling(
                                    sampling().frequencyPenalty(1.25).maxTokens(4)))
                            .await()
                            .ids());
            assertArrayEquals(
                    new int[] {9, 9},
                    test.model()
                            .generate(request.sampling(sampling()
                                    .logitBias(Map.of(7, Double.NEGATIVE_INFINITY, 8, -1.0))
                                    .maxTokens(2)))
                            .await()
                            .ids());
        }
    }

    @Test
    void logProbabilitiesAreTheModelsOwnWhateverTheChainDoes() {
        int[] prompt = {4, 5};
        try (TestModel test = TestModel.open()) {
            Result result = test.model()
                    .generate(Request.ids(prompt)
                            .sampling(sampling()
                                    .temperature(3)
                                    .seed(2)
                                    .logProbabilities(4)
                                    .maxTokens(2)))
                    .await();
            float[] logits = TestModel.noise(prompt);
            Token token = result.tokens().getFirst();
            assertEquals(
                    LogProbabilities.of(logits, token.id()),
                    token.logProbability().getAsDouble(),
                    1e-12);
            assertEquals(4, token.best().size());
            double last = 0;
            for (Token.Candidate candidate : token.best()) {
                assertEquals(LogProbabilities.of(logits, candidate.id()), candidate.logProbability(), 1e-12);
                assertTrue(candidate.logProbability() <= last, "the best come first");
                last = candidate.logProbability();
            }
            int better = 0;
            for (float logit : logits) {
                better += logit > logits[token.best().getLast().id()] ? 1 : 0;
            }
            assertEquals(3, better, "ids better than the fourth");
            assertTrue(test.model()
                    .generate(Request.ids(1).sampling(sampling().maxTokens(1)))
                    .await()
                    .tokens()
                    .getFirst()
                    .logProbability()
                    .isEmpty());
        }
    }

    @Test
    void aConversationGoesThroughTheTemplate() {
        int prompt = "<user>hi<assistant>".length();
        try (TestModel test = TestModel.open(TestModel.limits(), TestModel.saying("yo", prompt))) {
            Result result =
                    test.model().generate(Request.chat(Message.user("hi"))).await();
            assertEquals("yo", result.text());
            assertEquals(prompt, result.usage().promptTokens());
        }
    }

    @Test
    void requestsThatCannotBeAreRefusedAndSayWhy() {
        try (TestModel test = TestModel.open()) {
            refused(test, Request.ids(), "the prompt must have at least one token, but is empty");
            refused(test, Request.ids(1, 258), "token 1 must be an id from 0 to 257, but is 258");
            refused(test, Request.ids(-1), "token 0 must be an id from 0 to 257, but is -1");
            refused(test, Request.ids(new int[64]), "leave room in the context of 64 tokens, but has 64");
            refused(test, Request.chat(), "at least one message");
            refused(
                    test,
                    Request.ids(1).sampling(sampling().logitBias(Map.of(300, 1.0))),
                    "logitBias must be by ids from 0 to 257, but names 300");
            assertEquals(
                    1,
                    test.model()
                            .generate(Request.ids(new int[63]))
                            .await()
                            .usage()
                            .outputTokens());
        }
        FakeComputation computation =
                new FakeComputation(TestModel::noise, 64, new Blocks.Group(Integer.MAX_VALUE, 3, 1));
        try (TestModel test = TestModel.open(TestModel.limits(), computation, Optional.empty())) {
            refused(test, Request.text("a"), "a text needs a tokenizer, and the model has none");
            refused(test, Request.chat(Message.user("a")), "a conversation needs a tokenizer, and the model has none");
            refused(test, Request.ids(1).sampling(sampling().stopStrings("a")), "a stop string needs a tokenizer");
            Result result = test.model()
                    .generate(Request.ids(1).sampling(sampling().maxTokens(2)))
                    .await();
            assertEquals("", result.text());
            assertEquals(2, result.ids().length);
        }
    }

    private static void refused(TestModel test, Request request, String why) {
        String message = assertThrows(InvalidRequest.class, () -> test.model().generate(request))
                .getMessage();
        assertTrue(message.contains(why), message);
    }

    @Test
    void aPartOfTheChainThatThrowsEndsItsOwnRequestAndNoOther() {
        try (TestModel test = TestModel.open()) {
            Generation other =
                    test.model().generate(Request.ids(9).sampling(sampling().maxTokens(30)));
            Generation broken = test.model()
                    .generate(Request.ids(1)
                            .sampling(sampling()
                                    .chain(parts -> List.of((scores, history) -> {
                                        throw new IllegalStateException("on purpose");
                                    }))));
            GenerationFailed failure = assertThrows(GenerationFailed.class, broken::await);
            assertTrue(failure.getMessage().contains("on purpose"), failure.getMessage());
            assertThrows(GenerationFailed.class, broken::await, "every time");
            Generation wild =
                    test.model().generate(Request.ids(1).sampling(sampling().chooser((scores, history) -> -7)));
            assertTrue(assertThrows(GenerationFailed.class, wild::await)
                    .getMessage()
                    .contains("-7"));
            assertArrayEquals(
                    TestModel.alone(new int[] {9}, 30, sampling().greedy(), 0),
                    other.await().ids());
        }
    }
}
