package org.tenon.models.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.testing.primitive.PrimitiveProvider;

/** Every golden on every backend: a new golden is a folder, a new backend is a line. A backend that isn't there isn't run, by name. */
class GoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/goldens");

    private static Tenon.Builder on(String backend) {
        return backend.equals("primitive")
                ? Tenon.builder().backend(new PrimitiveProvider())
                : Tenon.builder().backend(backend);
    }

    private static List<Path> goldens() {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Stream<Arguments> everyGoldenOnEveryBackend() {
        return goldens().stream()
                .flatMap(golden -> Stream.of("cpu", "opencl", "primitive")
                        .map(backend -> Arguments.of(golden.getFileName().toString(), backend)));
    }

    static Stream<Arguments> everyGoldenInEveryNarrowType() {
        return goldens().stream()
                .flatMap(golden -> Stream.of(DType.BF16, DType.F16)
                        .map(type -> Arguments.of(golden.getFileName().toString(), type)));
    }

    private static Verification verify(Tenon.Builder builder, String name) {
        Path folder = FOLDER.resolve(name);
        try (ReferenceFile reference = ReferenceFile.in(folder)) {
            int rows = Verification.rows(reference);
            Limits limits = Limits.defaults()
                    .rows(rows)
                    .outputs(rows)
                    .sequences(reference.cases().size())
                    .context(Verification.context(reference));
            try (Tenon tenon = builder.limits(limits).open();
                    Model model = tenon.model(folder)) {
                return Verification.of(
                        model, reference, tenon.blueprint(model.spec()).lengthDependences());
            }
        }
    }

    /** Why a backend can't be here; the others are. */
    private static Optional<String> absence(String backend) {
        if (backend.equals("primitive")) {
            return Optional.empty();
        }
        try (Tenon tenon = Tenon.open()) {
            return tenon.backends().stream()
                    .filter(status ->
                            status.name().equals(backend) && !status.presence().available())
                    .map(status -> status.presence().detail())
                    .findFirst();
        }
    }

    @ParameterizedTest
    @MethodSource("everyGoldenOnEveryBackend")
    void isTheReferences(String golden, String backend) {
        Optional<String> absence = absence(backend);
        assumeTrue(absence.isEmpty(), () -> backend + " is not there: " + absence.orElseThrow());
        Verification found = verify(on(backend).activations(DType.F32), golden);
        assertTrue(found.passed(), found::toString);
        if (golden.startsWith("bert")) {
            assertTrue(found.ways().size() >= 2, found::toString);
        } else {
            assertEquals(4, found.ways().size());
            assertFalse(found.continuations().isEmpty());
        }
        boolean dependsOnLength = Set.of(
                        "llama-dynamic",
                        "llama-longrope",
                        "llama-old-dynamic",
                        "llama-old-longrope",
                        "phi3-longrope",
                        "phi3-old-su")
                .contains(golden);
        for (Verification.Way way : found.ways()) {
            assertTrue(way.compared() >= 1, way::toString);
            boolean inPieces = way.name().startsWith("chunks") || way.name().startsWith("token");
            assertEquals(dependsOnLength && inPieces, way.left().isPresent(), way::toString);
        }
        // an error in one of a hundred places is far above rounding: F32 itself stays near 1e-6
        assertTrue(found.ways().stream().allMatch(way -> way.deviation() < 1e-5), found::toString);
    }

    @ParameterizedTest
    @MethodSource("everyGoldenInEveryNarrowType")
    void staysWithinTheBoundOfNarrowActivations(String golden, DType type) {
        Verification found = verify(on("cpu").activations(type), golden);
        assertTrue(found.ways().stream().allMatch(way -> way.deviation() <= found.bound()), found::toString);
    }
}
