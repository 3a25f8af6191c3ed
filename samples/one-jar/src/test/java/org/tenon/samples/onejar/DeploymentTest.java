package org.tenon.samples.onejar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.demo.models.DemoFolder;
import org.tenon.demo.models.DemoModel;

/** An application is deployed in each of the usual ways, without options of the JVM, and does the same in all of them. */
@Timeout(180)
class DeploymentTest {
    private static final Path JAR = Path.of("target/one-jar.jar");
    private static final Path MODULES = Path.of("target/modules");
    private static final String MAIN = "org.tenon.samples.applications.Deployed";
    private static final String MODULE = "org.tenon.samples.applications/" + MAIN;
    private static final String BEGINNING = "One morning, Mira";

    private static DemoFolder demo;
    private static Run oneJar;

    @TempDir
    private static Path folder;

    private record Run(int code, List<String> out, String err) {
        String line(String label) {
            return out.stream()
                    .filter(line -> line.startsWith(label))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + label + " in " + this));
        }
    }

    @BeforeAll
    static void runTheJar() throws Exception {
        demo = DemoModel.LLAMA.unpack();
        oneJar = run("-jar", JAR.toString());
        assertEquals(0, oneJar.code(), oneJar.toString());
    }

    @AfterAll
    static void remove() {
        demo.close();
    }

    /** Lets it go on from a text. */
    private static Run run(String... how) throws IOException, InterruptedException {
        return run(List.of(how), BEGINNING);
    }

    private static Run run(List<String> how, String... what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(how);
        command.add(demo.path().toString());
        command.addAll(List.of(what));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        assertTrue(process.waitFor(100, TimeUnit.SECONDS), "still running: " + command);
        return new Run(
                process.exitValue(),
                Files.readAllLines(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private static void same(Run other) {
        assertEquals(0, other.code(), other.toString());
        for (String label : List.of("text:", "device:", "tiers:")) {
            assertEquals(oneJar.line(label), other.line(label));
        }
    }

    @Test
    void oneJarTellsAStoryAndPrintsNothingElse() {
        assertTrue(oneJar.line("text:").length() > 40, oneJar.toString());
        assertFalse(oneJar.line("tiers:").contains("missing"), oneJar.toString());
        assertEquals("", oneJar.err());
    }

    @Test
    void itMeasuresToo() throws Exception {
        Run run = run(List.of("-jar", JAR.toString()), "16", "4");
        assertEquals(0, run.code(), run.toString());
        assertTrue(
                run.line("prefill").matches("prefill [1-9][0-9.]* tokens/s, decode [1-9][0-9.]* tokens/s on cpu .*"),
                run.toString());
    }

    @Test
    void onTheClassPathItDoesTheSameWithTheJvmsOwnWarningAlone() throws Exception {
        Run run = run("-cp", JAR.toString(), MAIN);
        same(run);
        assertTrue(run.err().lines().allMatch(line -> line.isBlank() || line.startsWith("WARNING:")), run.toString());
    }

    @Test
    void onTheModulePathItDoesTheSame() throws Exception {
        same(run("-p", MODULES.toString(), "--add-modules", "ALL-MODULE-PATH", "-m", MODULE));
    }

    @Test
    void whereNativeAccessIsDeniedOneLineSaysWhatToAddAndJavaServes() throws Exception {
        Run run = run("--illegal-native-access=deny", "-cp", JAR.toString(), MAIN);
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.line("tiers:").contains("onednn missing"), run.toString());
        assertTrue(run.line("text:").length() > 40, run.toString());
        List<String> said = run.err()
                .lines()
                .filter(line -> line.contains("--enable-native-access=ALL-UNNAMED"))
                .toList();
        assertEquals(1, said.size(), run.toString());
    }

    @Test
    void theJarHoldsEveryServiceAndTheLicencesOfWhatIsInIt() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            Set<String> names =
                    jar.stream().map(entry -> entry.getName()).collect(Collectors.toCollection(TreeSet::new));
            for (String service : List.of(
                    "org.tenon.api.backend.BackendProvider",
                    "org.tenon.api.layer.LayerProvider",
                    "org.tenon.api.model.ModelFamily")) {
                assertTrue(names.contains("META-INF/services/" + service), service);
            }
            String families = read(jar, "META-INF/services/org.tenon.api.model.ModelFamily");
            assertTrue(families.contains("Llama") && families.contains("AcmeLm"), families);
            for (String licence : List.of(
                    "META-INF/LICENSE", "META-INF/licenses/GPL-3.0.txt", "META-INF/licenses/GCC-exception-3.1.txt")) {
                assertTrue(names.contains(licence), licence);
            }
            String notice = read(jar, "META-INF/NOTICE");
            assertTrue(notice.contains("libgomp") && notice.contains("oneDNN"), notice);
            assertFalse(names.contains("module-info.class"));
        }
    }

    private static String read(JarFile jar, String name) throws IOException {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
}
