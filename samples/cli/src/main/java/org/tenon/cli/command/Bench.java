package org.tenon.cli.command;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.Roof.Product;
import org.tenon.api.layer.Declaration;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.LoadTimings;
import org.tenon.api.model.ModelSpec;
import org.tenon.cli.bench.Measurement;
import org.tenon.cli.bench.Phase;
import org.tenon.cli.bench.ProcessFacts;
import org.tenon.cli.bench.Profile;
import org.tenon.cli.bench.Roof;
import org.tenon.cli.bench.Workload;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.ProgressBar;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tenon bench}: how fast a model runs, and how near that comes to what the machine can do. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measures how fast a causal model runs.",
            "And how near that comes to what the machine can do: its roof, measured in the same run."
        },
        footer = {
            "",
            "Prompts are random ids, another one for each request; end tokens are ignored. After a round that isn't counted, the best of the"
                    + " repeats is told: of prefill the time of all prompts, of decode the median step of all sequences, sampling included."
        })
public final class Bench implements Callable<Integer> {
    private static final int PROMPT = 512;
    private static final double NANOS = 1e9;

    /** The property that says how many threads the backend {@code cpu} computes on. */
    private static final String THREADS = "org.tenon.cpu.threads";

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Option(names = "--prompt", paramLabel = "N", description = "Tokens of a prompt (default: 512).")
    private Optional<Integer> prompt = Optional.empty();

    @Option(
            names = "--generate",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens that follow a prompt, at least 2 (default: 128).")
    private int generate;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Instead of --prompt: measure tokens that follow a context of so many.")
    private Optional<Integer> context = Optional.empty();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests at once (default: 1).")
    private int concurrency;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often it is measured; the best counts (default: 3).")
    private int repeats;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Decides on the prompts (default: 0).")
    private long seed;

    @Option(
            names = "--profile",
            description =
                    "Then tell where the time of a step goes, kernel by kernel. The round that is profiled doesn't count.")
    private boolean profile;

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Bench(Console console) {
        this.console = console;
    }

    /**
     * Loads the model, measures, and tells.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        Workload work = workload();
        ModelFacts facts = ModelFacts.of(folder.path(), runtime.activations());
        RuntimeOptions.require(folder.path(), facts.blueprint().spec().kind(), ModelSpec.Kind.CAUSAL);
        if (work.context() > facts.context()) {
            throw wrong("A prompt of " + work.prompt() + " tokens and " + work.generate()
                    + " that follow are more than the model's context of " + facts.context() + ".");
        }
        Limits limits =
                Limits.defaults().sequences(concurrency).context(work.context()).buffer(generate);
        Optional<Duration> age = ProcessFacts.age();
        try (OpenModel<CausalModel> open = runtime.open(folder.path(), limits, console)) {
            CausalModel model = open.model();
            double parameterBytes =
                    (double) facts.weightBytes() / facts.blueprint().parameterCount();
            Measurement measurement;
            Optional<Profile> kernels;
            try (ProgressBar bar = console.progress("measuring", Unit.COUNT)) {
                measurement = Measurement.of(
                        model, facts.blueprint(), parameterBytes, work, repeats, () -> roof(facts, model, work), bar);
                kernels = profile ? Optional.of(Profile.of(model, work, repeats)) : Optional.empty();
            }
            Start start = new Start(age, model.loading(), measurement.coldToken());
            if (json.given()) {
                console.println(report(facts, open, work, measurement, start)
                        .with("profile", kernels.map(Profile::report))
                        .document());
            } else {
                print(facts, model, work, measurement, start);
                kernels.ifPresent(one -> one.print(console));
            }
            console.flush();
        }
        return 0;
    }

    /** Measured with the model's own products, of as many rows as a step of its prompts has. */
    private Roof roof(ModelFacts facts, CausalModel model, Workload work) {
        int rows = (int) Math.min(model.limits().rows(), (long) work.prompt() * work.concurrency());
        List<Product> products = facts.blueprint().parameters().values().stream()
                .filter(Declaration.Parameter::matrix)
                .map(Declaration.Parameter::shape)
                .distinct()
                .map(shape -> new Product(
                        rows,
                        Math.toIntExact(shape.size(0)),
                        Math.toIntExact(shape.width()),
                        model.numerics().activations(),
                        facts.stored()))
                .toList();
        try {
            return model.roof(products).map(Roof::of).orElse(Roof.UNKNOWN);
        } catch (OutOfDeviceMemory full) {
            console.say("The roof can't be measured: " + full.getMessage());
            return Roof.UNKNOWN;
        }
    }

    private Workload workload() {
        if (prompt.isPresent() && context.isPresent()) {
            throw wrong("Give either --prompt=N or --context=N.");
        }
        int tokens = prompt.or(() -> context).orElse(PROMPT);
        atLeast(1, tokens, context.isPresent() ? "--context" : "--prompt");
        atLeast(2, generate, "--generate");
        atLeast(1, concurrency, "--concurrency");
        atLeast(1, repeats, "--repeat");
        return new Workload(tokens, generate, concurrency, seed);
    }

    private void atLeast(int least, int value, String option) {
        if (value < least) {
            throw wrong(option + " must be at least " + least + ".");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /**
     * How long it took to the first token.
     *
     * @param age from the start of the process to that of loading
     * @param loading the parts of loading
     * @param firstToken from the first request to its first token, in seconds
     */
    private record Start(Optional<Duration> age, LoadTimings loading, double firstToken) {
        OptionalDouble total() {
            return age.isEmpty()
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(seconds(age.get()) + seconds(loading.total()) + firstToken);
        }

        String line() {
            return (age.isEmpty() ? "" : time(seconds(age.get())) + " Java, ")
                    + time(seconds(loading.reading())) + " reading, "
                    + time(seconds(loading.preparing())) + " preparing, "
                    + time(seconds(loading.warming())) + " warming, "
                    + time(firstToken) + " first request"
                    + (total().isEmpty() ? "" : "; " + time(total().getAsDouble()) + " to the first token");
        }

        JsonObject report() {
            return new JsonObject()
                    .with("jvm_seconds", age.map(Bench::seconds))
                    .with("reading_seconds", seconds(loading.reading()))
                    .with("preparing_seconds", seconds(loading.preparing()))
                    .with("warming_seconds", seconds(loading.warming()))
                    .with("first_token_seconds", firstToken)
                    .with("total_seconds", total());
        }
    }

    private JsonObject report(
            ModelFacts facts, OpenModel<CausalModel> open, Workload work, Measurement measurement, Start start) {
        CausalModel model = open.model();
        return new JsonObject()
                .with("model", folder.path().toString())
                .with("model_type", facts.type())
                .with("parameters", facts.blueprint().parameterCount())
                .with("weight_bytes", facts.weightBytes())
                .with("device", model.device())
                .with("kernels", tiers(open))
                .with(
                        "threads",
                        Integer.getInteger(THREADS, Runtime.getRuntime().availableProcessors()))
                .with("numerics", model.numerics().toString())
                .with("prompt_tokens", work.prompt())
                .with("generated_tokens", work.generate())
                .with("concurrency", work.concurrency())
                .with("repeats", repeats)
                .with("seed", seed)
                .with("prefill", measurement.prefill().report())
                .with("decode", measurement.decode().report())
                .with("time_to_first_token_seconds", measurement.firstToken())
                .with(
                        "roof",
                        measurement
                                .roof()
                                .report()
                                .with("before", measurement.before().report())
                                .with("after", measurement.after().report()))
                .with("peak_memory_bytes", measurement.peakBytes())
                .with("cache_bytes", cache(model))
                .with("start", start.report());
    }

    /** The groups of kernels on the model's device; that of our own names its instruction set. */
    private static List<JsonObject> tiers(OpenModel<CausalModel> open) {
        return open.tenon().backends().stream()
                .flatMap(backend -> backend.devices().stream())
                .filter(device -> open.model().device().contains(device.description()))
                .flatMap(device -> device.tiers().stream())
                .map(tier -> new JsonObject()
                        .with("name", tier.name())
                        .with("available", tier.presence().available())
                        .with("detail", tier.presence().detail()))
                .toList();
    }

    private void print(ModelFacts facts, CausalModel model, Workload work, Measurement measurement, Start start) {
        console.println(folder.path() + ": " + facts.type() + ", "
                + Unit.COUNT.text(facts.blueprint().parameterCount()) + " parameters, "
                + Unit.BYTES.text(facts.weightBytes()));
        console.println(model.device() + ", " + model.numerics());
        console.println(work.prompt() + " tokens, then " + work.generate() + ", " + work.concurrency()
                + " at once; the best of " + repeats + (repeats == 1 ? " repeat" : " repeats"));
        console.println("");
        Table table = Table.of("lrrrrrr").row("", "tokens/s", "of the roof", "B/s", "FLOP/s", "allocated", "time");
        row(table, measurement.prefill(), " in all");
        row(table, measurement.decode(), " a step");
        table.row(
                "roof",
                "",
                "",
                rate(measurement.roof().bytesPerSecond()),
                rate(measurement.roof().flopsPerSecond()));
        table.print(console);
        console.println("");
        Table facing = Table.of("ll");
        facing.row("first token", time(measurement.firstToken()) + " after the request");
        facing.row("start", start.line());
        facing.row(
                "memory",
                (measurement.peakBytes().isPresent()
                                ? Unit.BYTES.text(measurement.peakBytes().getAsLong()) + " at the peak, of which "
                                : "")
                        + Unit.BYTES.text(facts.weightBytes()) + " weights as stored, "
                        + Unit.BYTES.text(cache(model)) + " caches");
        facing.print(console);
        if (measurement.roof().equals(Roof.UNKNOWN)) {
            console.println("The roof wasn't measured: the backend can't, or there wasn't memory enough.");
        }
    }

    private static void row(Table table, Phase phase, String unit) {
        OptionalDouble fraction = phase.fraction();
        table.row(
                phase.name(),
                String.format(Locale.ROOT, "%.2f", phase.best()),
                fraction.isEmpty() ? "" : String.format(Locale.ROOT, "%.1f %%", 100 * fraction.getAsDouble()),
                Unit.COUNT.text(phase.bytesPerSecond()),
                Unit.COUNT.text(phase.flopsPerSecond()),
                Unit.BYTES.text(phase.allocated()),
                time(phase.seconds()) + unit);
    }

    private static String rate(OptionalDouble perSecond) {
        return perSecond.isEmpty() ? "" : Unit.COUNT.text(perSecond.getAsDouble());
    }

    private static String time(double seconds) {
        return seconds < 1
                ? String.format(Locale.ROOT, "%.2f ms", 1000 * seconds)
                : String.format(Locale.ROOT, "%.2f s", seconds);
    }

    private static long cache(CausalModel model) {
        return model.limits().cacheBytes().orElse(0);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
