package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.config.Config;
import org.tenon.models.checkpoint.Json;

class CreateTest {
    private static final String CONFIG =
            Path.of(Run.golden("llama-gqa-llama3"), "config.json").toString();

    @TempDir
    private Path folder;

    private Path create(String name, String... more) {
        Path out = folder.resolve(name);
        String[] command = {"create", "--config", CONFIG, "--out", out.toString()};
        String[] all = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        Run run = Run.tenon(all);
        assertEquals(0, run.code(), run.err());
        return out;
    }

    private static byte[] weights(Path out) throws IOException {
        return Files.readAllBytes(out.resolve("model.safetensors"));
    }

    @Test
    void whatIsCreatedCanBeLoadedAndHasTheDimensionsOfTheConfiguration() {
        Path out = create("model");
        Config found =
                Run.tenon("describe", "--model", out.toString(), "--json").json();
        Config expected = Run.tenon("describe", "--model", Run.golden("llama-gqa-llama3"), "--json")
                .json();
        for (String key : new String[] {"layers", "hidden", "vocabulary", "context", "parameters", "weight_bytes"}) {
            assertEquals(expected.integer(key), found.integer(key), key);
        }
        Run run = Run.tenon(
                "generate", "--model", out.toString(), "--prompt-ids", "5,6,7", "--max-tokens", "4", "--ignore-end");
        assertTrue(run.out().matches("\\d+ \\d+ \\d+ \\d+\n"), run.out() + run.err());
    }

    @Test
    void theSeedDecidesOnEveryByte() throws IOException {
        byte[] first = weights(create("first", "--seed", "7"));
        assertArrayEquals(first, weights(create("again", "--seed", "7")));
        assertFalse(Arrays.equals(first, weights(create("other", "--seed", "8"))));
    }

    @Test
    void theTypeCanBeChosenAndIsWrittenIntoTheConfiguration() {
        Path out = create("wide", "--dtype", "f32", "--json");
        assertEquals("float32", Json.read(out.resolve("config.json")).text("dtype"));
        Config found =
                Run.tenon("describe", "--model", out.toString(), "--json").json();
        assertEquals(
                4 * found.integer("parameters"),
                found.child("weight_bytes_by_type").integer("F32"));
    }

    @Test
    void aFolderThatIsNotEmptyIsWrittenIntoOnlyByForce() throws IOException {
        Path out = create("model", "--seed", "1");
        byte[] before = weights(out);
        Run refused = Run.tenon("create", "--config", CONFIG, "--out", out.toString(), "--seed", "2");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("--force"), refused.err());
        assertArrayEquals(before, weights(out));
        assertFalse(Arrays.equals(before, weights(create("model", "--seed", "2", "--force"))));
    }

    @Test
    void aTypeThatWeightsCanNotHaveIsRefusedWithAWayOut() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(Path.of(CONFIG)).replace("\"bfloat16\"", "\"float8_e4m3fn\""));
        Run run = Run.tenon(
                "create",
                "--config",
                config.toString(),
                "--out",
                folder.resolve("out").toString());
        assertEquals(1, run.code());
        assertTrue(run.err().contains("--dtype"), run.err());
    }
}
