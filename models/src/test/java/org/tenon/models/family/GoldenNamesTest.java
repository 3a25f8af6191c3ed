package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.Shape;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.TensorLayout;
import org.tenon.models.loading.Families;
import org.tenon.models.plugin.Plugins;

/** The tensors of every golden checkpoint against what the architecture declares. */
class GoldenNamesTest {
    private static final Families FAMILIES = new Families(Plugins.of(List.of(), ServiceLoader.load(ModelFamily.class)));
    private static final LayerProviders LAYERS = LayerProviders.found();

    static List<Path> goldens() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(GoldenNamesTest.class.getResource("/goldens"))
                .toURI());
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(child -> Files.exists(child.resolve("config.json")))
                    .sorted()
                    .toList();
        }
    }

    private static ModelFamily family(Checkpoint checkpoint) {
        return FAMILIES.of(checkpoint.config());
    }

    @Test
    void thereAreGoldens() throws Exception {
        assertTrue(goldens().size() >= 8);
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void everyTensorIsAParameterOfItsShapeAndEveryParameterATensor(Path golden) {
        try (Checkpoint checkpoint = Checkpoint.open(golden)) {
            Blueprint blueprint = Blueprint.of(
                    family(checkpoint)
                            .spec(checkpoint.config(), checkpoint.tensors().keySet()),
                    LAYERS);
            ParameterNames names = family(checkpoint).names(checkpoint.config(), Format.HUGGING_FACE);
            Set<String> missing = new HashSet<>(blueprint.parameters().keySet());
            Set<String> matrices = matrices(checkpoint, blueprint, names, missing);
            for (String name : checkpoint.tensors().keySet()) {
                if (names.ignorable(name) || matrices.contains(name)) {
                    continue;
                }
                assertFalse(names.paths(name).isEmpty(), name);
                for (String path : names.paths(name)) {
                    assertTrue(names.checkpoints(path).contains(name), name);
                    assertTrue(missing.remove(path), path);
                }
                TensorLayout layout = TensorLayout.of(
                        name, names, path -> blueprint.parameters().get(path).shape());
                assertEquals(layout.shape(), checkpoint.tensor(name).shape(), name);
            }
            assertEquals(Set.of(), missing);
        }
    }

    /** The tensors that hold a matrix of a bundle; the bundles that they make aren't missing any more. */
    private static Set<String> matrices(
            Checkpoint checkpoint, Blueprint blueprint, ParameterNames names, Set<String> missing) {
        Set<String> matrices = new HashSet<>();
        blueprint.parameters().forEach((path, parameter) -> {
            Shape shape = parameter.shape();
            names.bundles(path, shape.size(0)).stream()
                    .filter(checkpoint.tensors().keySet()::containsAll)
                    .findFirst()
                    .ifPresent(bundle -> {
                        missing.remove(path);
                        for (String name : bundle) {
                            assertTrue(matrices.add(name), name);
                            assertEquals(List.of(path), names.paths(name));
                            assertEquals(
                                    Shape.of(shape.size(1), shape.size(2)),
                                    checkpoint.tensor(name).shape(),
                                    name);
                        }
                    });
        });
        return matrices;
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void theConfigurationCanBeWrittenAndReadAgain(Path golden) {
        try (Checkpoint checkpoint = Checkpoint.open(golden)) {
            ModelFamily family = family(checkpoint);
            ModelSpec spec =
                    family.spec(checkpoint.config(), checkpoint.tensors().keySet());
            assertEquals(spec, family.spec(family.config(spec).orElseThrow()));
        }
    }
}
