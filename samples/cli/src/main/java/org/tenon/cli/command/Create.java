package org.tenon.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.tensor.DType;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.ProgressBar;
import org.tenon.cli.console.Unit;
import org.tenon.models.checkpoint.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon create}: a checkpoint with random weights. */
@Command(
        name = "create",
        sortOptions = false,
        description = {
            "Writes a checkpoint with random weights.",
            "Its dimensions are those of a config.json: for benchmarks."
        },
        footer = {
            "",
            "The same seed writes the same bytes on any machine. A model of any size takes little memory to write."
        })
public final class Create implements Callable<Integer> {
    private static final Map<String, DType> TYPES =
            Map.of("float32", DType.F32, "bfloat16", DType.BF16, "float16", DType.F16);

    private final Console console;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The architecture: a config.json as Hugging Face publishes it.")
    private Path file = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the checkpoint is written.")
    private Path out = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = TypeConverter.class,
            description = "What weights are stored in: f32, bf16 or f16 (default: as the config says, else f32).")
    private Optional<DType> type = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Decides on all weights (default: 0).")
    private long seed;

    @Option(names = "--force", description = "Write into a folder that isn't empty, over what is there.")
    private boolean force;

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Create(Console console) {
        this.console = console;
    }

    /**
     * Writes the checkpoint.
     *
     * @return 0
     * @throws IOException when the folder can't be looked into
     */
    @Override
    public Integer call() throws IOException {
        Config config = Json.read(file);
        RandomCheckpoint checkpoint = RandomCheckpoint.of(config, type.orElseGet(() -> stored(config)));
        check(checkpoint.bytes());
        try (ProgressBar bar = console.progress("writing", Unit.BYTES)) {
            checkpoint.write(out, seed, bar);
        }
        long parameters = checkpoint.blueprint().parameterCount();
        if (json.given()) {
            console.println(new JsonObject()
                    .with("folder", out.toString())
                    .with("parameters", parameters)
                    .with("dtype", checkpoint.type().name())
                    .with("weight_bytes", checkpoint.bytes())
                    .with("seed", seed)
                    .document());
        } else {
            console.println(out + ": " + Unit.COUNT.text(parameters) + " parameters in " + checkpoint.type() + ", "
                    + Unit.BYTES.text(checkpoint.bytes()));
        }
        console.flush();
        return 0;
    }

    private static DType stored(Config config) {
        return config.optional("dtype")
                .or(() -> config.optional("torch_dtype"))
                .map(named -> Optional.ofNullable(TYPES.get(named.asText()))
                        .orElseThrow(() -> named.invalid("float32, bfloat16 or float16; --dtype chooses one of these")))
                .orElse(DType.F32);
    }

    private void check(long bytes) throws IOException {
        if (Files.isDirectory(out) && !force) {
            try (Stream<Path> files = Files.list(out)) {
                if (files.findAny().isPresent()) {
                    throw new TenonException(
                            out + ": isn't empty; choose another folder, or write over it with --force");
                }
            }
        }
        Path existing = out.toAbsolutePath();
        for (Path above = existing; above != null && !Files.exists(existing); above = above.getParent()) {
            existing = above;
        }
        long space = Files.getFileStore(existing).getUsableSpace();
        if (space < bytes) {
            throw new TenonException(out + ": the weights take " + Unit.BYTES.text(bytes)
                    + ", and the disk has room for " + Unit.BYTES.text(space));
        }
    }
}
