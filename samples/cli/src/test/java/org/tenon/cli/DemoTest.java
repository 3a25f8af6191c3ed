package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.demo.models.DemoModel;

class DemoTest {
    @Test
    void aStoryComesWithItsSpeedAndTheBackend() {
        Run run = Run.tenon("demo", "--seed", "1", "--max-tokens", "40");
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
    void theUnpackedModelIsRemoved() {
        Path folder;
        try (DemoModel demo = DemoModel.unpack()) {
            folder = demo.folder();
            assertTrue(Files.exists(folder.resolve("model.safetensors")));
        }
        assertFalse(Files.exists(folder));
    }
}
