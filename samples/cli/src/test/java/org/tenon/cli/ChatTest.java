package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatTest {
    private static Run chat(String input, String... more) {
        String[] command = {
            "chat",
            "--model",
            Run.golden("llama-text"),
            "--seed",
            "1",
            "--max-tokens",
            "6",
            "--ignore-end",
            "--logit-bias",
            "198=-100"
        };
        String[] all = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        Run run = Run.with(input, all);
        assertEquals(0, run.code(), run.err());
        return run;
    }

    @Test
    void eachPipedLineIsATurnAndResetBeginsAnew() {
        List<String> answers =
                chat("hello\n\nhello\n/reset\nhello\n").out().lines().toList();
        assertEquals(3, answers.size(), answers.toString());
        assertNotEquals(answers.get(0), answers.get(1), "the second turn sees the first");
        assertEquals(answers.get(0), answers.get(2), "a new conversation knows nothing of the old one");
    }

    @Test
    void instructionsStandBeforeTheConversation() {
        assertNotEquals(
                chat("hello\n").out(), chat("hello\n", "--system", "be brief").out());
    }

    @Test
    void nothingIsAnsweredAfterExit() {
        assertEquals("", chat("/exit\nhello\n").out());
    }

    @Test
    void helpListsTheCommandsAndIsNoTurn() {
        Run run = chat("/help\nhello\n");
        assertTrue(run.err().contains("/reset"), run.err());
        assertEquals(chat("hello\n").out(), run.out());
    }

    @Test
    void anAnswerThatWasCutOffIsSaidToBe() {
        assertTrue(chat("hello\n").err().contains("cut off after 6 tokens"));
    }
}
