package org.tenon.models.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;

/** Every golden on every backend: a new golden is a folder. A backend that isn't there isn't run, by name. */
class GoldenTest {
    static Stream<Arguments> everyGoldenOnEveryBackend() {
        return Goldens.all().stream()
                .flatMap(golden -> Goldens.BACKENDS.stream()
                        .map(backend -> Arguments.of(golden.getFileName().toString(), backend)));
    }

    static Stream<Arguments> everyGoldenInEveryNarrowType() {
        return Goldens.all().stream()
                .flatMap(golden -> Stream.of(DType.BF16, DType.F16)
                        .map(type -> Arguments.of(golden.getFileName().toString(), type)));
    }

    private static Verification verify(Tenon.Builder builder, String golden) {
        return Goldens.verify(builder, Goldens.FOLDER.resolve(golden), golden);
    }

    @ParameterizedTest
    @MethodSource("everyGoldenOnEveryBackend")
    void isTheReferences(String golden, String backend) {
        Goldens.assumeThere(backend);
        Verification found = verify(Goldens.on(backend).activations(DType.F32), golden);
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
        Verification found = verify(Goldens.on("cpu").activations(type), golden);
        assertTrue(found.ways().stream().allMatch(way -> way.deviation() <= found.bound()), found::toString);
    }
}
