package org.tenon.models.golden;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.CheckpointWriter;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.testing.primitive.PrimitiveProvider;

/** The goldens there are, and the backends that they are held against: a new backend is a line. */
public final class Goldens {
    /** Where the goldens are, a folder each. */
    public static final Path FOLDER = Path.of("src/test/resources/goldens");

    /** What tests by parameter run on. */
    public static final List<String> BACKENDS = List.of("cpu", "opencl", "primitive");

    private Goldens() {}

    /** {@return the folders of all goldens, in order} */
    public static List<Path> all() {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * The names of those goldens that have a file.
     *
     * @param file the file's name
     * @return the names, in order
     */
    public static List<String> with(String file) {
        return all().stream()
                .filter(golden -> Files.exists(golden.resolve(file)))
                .map(golden -> golden.getFileName().toString())
                .toList();
    }

    /**
     * Tenon on a backend.
     *
     * @param backend one of {@link #BACKENDS}
     * @return a builder with that backend
     */
    public static Tenon.Builder on(String backend) {
        return backend.equals("primitive")
                ? Tenon.builder().backend(new PrimitiveProvider())
                : Tenon.builder().backend(backend);
    }

    /**
     * Verifies a model against a golden's reference, with limits that suffice for it.
     *
     * @param builder makes Tenon
     * @param folder the model
     * @param golden the golden's name
     * @return what was found
     */
    public static Verification verify(Tenon.Builder builder, Path folder, String golden) {
        try (ReferenceFile reference = ReferenceFile.in(FOLDER.resolve(golden))) {
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

    /**
     * Copies a golden's configuration, and its tensors as they are changed.
     *
     * @param golden the golden's name
     * @param folder where to
     * @param change changes the tensors by name
     */
    public static void copy(String golden, Path folder, Consumer<Map<String, WeightSource>> change) {
        try (Checkpoint checkpoint = Checkpoint.open(FOLDER.resolve(golden))) {
            Map<String, WeightSource> tensors = new LinkedHashMap<>();
            checkpoint.tensors().keySet().forEach(name -> tensors.put(name, checkpoint.tensor(name)));
            change.accept(tensors);
            CheckpointWriter.write(folder, tensors, CheckpointWriter.SHARD_BYTES);
            Json.write(folder.resolve(Checkpoint.CONFIG), checkpoint.config());
        }
    }

    /**
     * Ends a test, as one that wasn't run, where its backend can't be here; says why.
     *
     * @param backend one of {@link #BACKENDS}
     */
    public static void assumeThere(String backend) {
        Optional<String> absence = absence(backend);
        assumeTrue(absence.isEmpty(), () -> backend + " is not there: " + absence.orElseThrow());
    }

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
}
