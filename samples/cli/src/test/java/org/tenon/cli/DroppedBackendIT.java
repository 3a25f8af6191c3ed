package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A third party's backend is a jar on the module path of the tool as it is built, and nothing else. */
@Timeout(180)
class DroppedBackendIT {
    private static final String MODULES = "target" + File.separator + "modules";
    private static final String DROPPED = Path.of("../custom-backend/target/plain-backend.jar")
            .toAbsolutePath()
            .toString();

    @TempDir
    private Path folder;

    private List<String> tool(String modulePath, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=org.tenon.backend.cpu",
                "--add-modules",
                "ALL-MODULE-PATH",
                "--module-path",
                modulePath,
                "--module",
                "org.tenon.cli/org.tenon.cli.Main"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        assertTrue(process.waitFor(100, TimeUnit.SECONDS), "still running: " + command);
        assertEquals(0, process.exitValue(), () -> command + " said " + text(err) + text(out));
        return text(out).lines().toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> story(String backend, String modulePath) throws IOException, InterruptedException {
        return tool(
                modulePath,
                "demo",
                "llama",
                "--greedy",
                "--max-tokens",
                "32",
                "--activations",
                "f32",
                "--backend",
                backend);
    }

    /** In F32 the two differ by some 1e-6 of the logits, far less than what lies between the demo model's first and second choice here. */
    @Test
    void itTellsTheSameStoryAsTheCpuBackend() throws Exception {
        String both = MODULES + File.pathSeparator + DROPPED;
        List<String> expected = story("cpu", MODULES);
        List<String> found = story("plain", both);
        assertEquals(expected.getFirst(), found.getFirst());
        assertTrue(found.getFirst().length() > 80, found::toString);
        assertTrue(found.getLast().matches("32 tokens, [0-9.]+ tokens/s on plain .*"), found::toString);
    }

    @Test
    void itIsListedBesideTheOthers() throws Exception {
        List<String> lines = tool(MODULES + File.pathSeparator + DROPPED, "backends");
        assertTrue(lines.stream().anyMatch(line -> line.matches("plain +there +built in")), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("cpu ")), lines::toString);
    }
}
