package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.demo.models.DemoFolder;
import org.tenon.demo.models.DemoModel;

class DemoTest {
    @Test
    void aStoryComesWithItsSpeedAndTheBackend() {
        Run run = Run.tenon("demo", "llama", "--seed", "1", "--max-tokens", "40");
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.getFirst().startsWith("One morning, Mira "), run.out());
        assertTrue(lines.getFirst().contains(". "), "a whole sentence at least: " + run.out());
        assertTrue(lines.getLast().matches("\\d+ tokens, [0-9.]+ tokens/s on cpu .*"), run.out());
    }

    @Test
    void theSeedAndThePromptDecideOnTheStory() {
        String[] command = {"demo", "--seed", "5", "--max-tokens", "20", "--prompt", "On a windy day, Tom"};
        String first = Run.tenon(command).out().lines().findFirst().orElseThrow();
        assertTrue(first.startsWith("On a windy day, Tom "), first);
        assertEquals(first, Run.tenon(command).out().lines().findFirst().orElseThrow());
    }

    @Test
    void everyModelDoesItsTask() {
        Run run = Run.tenon("demo", "--max-tokens", "24");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("llama tells a story:"), run.out());
        assertTrue(run.out().contains("reverse kiwi hammer cello bear: bear cello hammer kiwi"), run.out());
        assertTrue(run.out().contains("the twenty-third of April 1996 -> 1996-04-23"), run.out());
    }

    @Test
    void aPromptOfOnesOwnGoesToOneModel() {
        Run run = Run.tenon("demo", "t5", "--prompt", "seven hundred and nineteen");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().startsWith("seven hundred and nineteen -> 719"), run.out());
        Run both = Run.tenon("demo", "t5", "mixtral", "--prompt", "one");
        assertEquals(1, both.code());
        assertTrue(both.err().contains("a prompt goes to one model"), both.err());
        Run unknown = Run.tenon("demo", "gpt");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("no demo model 'gpt'; there are: llama, mixtral, bamba, t5"), unknown.err());
    }

    @Test
    void theUnpackedModelIsRemoved() {
        Path folder;
        try (DemoFolder demo = DemoModel.LLAMA.unpack()) {
            folder = demo.path();
            assertTrue(Files.exists(folder.resolve("model.safetensors")));
        }
        assertFalse(Files.exists(folder));
    }
}
