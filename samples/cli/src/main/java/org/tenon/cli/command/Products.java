package org.tenon.cli.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Roof;
import org.tenon.api.tensor.DType;
import org.tenon.cli.bench.Product;
import org.tenon.cli.bench.Product.Size;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code tenon products}: backends side by side, in one run. */
@Command(
        name = "products",
        sortOptions = false,
        description = {
            "Measures matrix products, backend beside backend.",
            "Each is computed in turn, so that a busy machine slows all of them; the best round counts."
        })
public final class Products implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--size",
            paramLabel = "RxCxI",
            split = ",",
            converter = SizeConverter.class,
            defaultValue = "1024x1024x1024",
            description = "Rows, columns of the result, and what is summed over (default: ${DEFAULT-VALUE}).")
    private List<Size> sizes = List.of();

    @Option(
            names = "--type",
            paramLabel = "T",
            split = ",",
            converter = TypeConverter.class,
            defaultValue = "f32",
            description = "Types of rows, weights and results: f32, bf16 or f16 (default: ${DEFAULT-VALUE}).")
    private List<DType> types = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "cpu,opencl",
            description = "The backends; others are held against the first (default: ${DEFAULT-VALUE}).")
    private List<String> backends = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "20",
            description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Products(Console console) {
        this.console = console;
    }

    static final class SizeConverter implements ITypeConverter<Size> {
        private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,6})x([1-9]\\d{0,6})x([1-9]\\d{0,6})");

        @Override
        public Size convert(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new TypeConversionException(
                        "must be three numbers such as 1024x1024x1024, but is '" + text + "'");
            }
            return new Size(
                    Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), Integer.parseInt(form.group(3)));
        }
    }

    /** What came of one product on one backend. */
    private record Measured(Size size, DType type, String backend, double seconds, double bytes, OptionalDouble roof) {
        double flopsPerSecond() {
            return size.flops() / seconds;
        }

        double bytesPerSecond() {
            return bytes / seconds;
        }
    }

    /**
     * Measures and prints.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be 1 or more, but is " + rounds);
        }
        Map<String, BackendProvider> found = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .collect(Collectors.toMap(BackendProvider::name, provider -> provider, (one, other) -> one));
        List<Measured> all = new ArrayList<>();
        for (DType type : types) {
            Map<String, Backend> open = new LinkedHashMap<>();
            try {
                for (String name : backends) {
                    open.put(name, open(name, found, type));
                }
                for (Size size : sizes) {
                    all.addAll(measured(open, size, type));
                }
            } finally {
                open.values().forEach(Backend::close);
            }
        }
        print(all);
        console.flush();
        return 0;
    }

    private static Backend open(String name, Map<String, BackendProvider> found, DType type) {
        BackendProvider provider = found.get(name);
        if (provider == null) {
            throw new TenonException("there is no backend " + name + "; found: " + String.join(", ", found.keySet()));
        }
        if (!provider.presence().available()) {
            throw new TenonException(
                    "backend " + name + " isn't there: " + provider.presence().detail());
        }
        return provider.open(provider.devices().getFirst(), Numerics.of(type));
    }

    private List<Measured> measured(Map<String, Backend> open, Size size, DType type) {
        List<Product> products = new ArrayList<>();
        try {
            open.values().forEach(backend -> products.add(Product.on(backend, size, type)));
            double[] best = new double[products.size()];
            Arrays.fill(best, Double.POSITIVE_INFINITY);
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < best.length; i++) {
                    best[i] = Math.min(best[i], products.get(i).seconds());
                }
            }
            OptionalDouble roof = open.values().stream()
                    .flatMap(backend -> backend.roof(List.of()).stream())
                    .mapToDouble(Roof::bytesPerSecond)
                    .max();
            List<String> names = List.copyOf(open.keySet());
            return IntStream.range(0, best.length)
                    .mapToObj(i -> new Measured(
                            size, type, names.get(i), best[i], products.get(i).bytes(), roof))
                    .toList();
        } finally {
            products.forEach(Product::close);
        }
    }

    private void print(List<Measured> all) {
        if (json.given()) {
            console.println(new JsonObject()
                    .with(
                            "products",
                            all.stream().map(each -> report(each, all)).toList())
                    .document());
            return;
        }
        Table table = Table.of("lllrrrrr")
                .row("size", "type", "backend", "ms", "FLOP/s", "of " + backends.getFirst(), "B/s", "of the read roof");
        for (Measured each : all) {
            table.row(
                    each.size().toString(),
                    each.type().name(),
                    each.backend(),
                    String.format("%.3f", each.seconds() * 1e3),
                    Unit.COUNT.text(each.flopsPerSecond()),
                    percent(OptionalDouble.of(share(each, all))),
                    Unit.COUNT.text(each.bytesPerSecond()),
                    percent(ofTheRoof(each)));
        }
        table.print(console);
    }

    /** The first backend's time over this one's. */
    private double share(Measured each, List<Measured> all) {
        return all.stream()
                .filter(other -> other.size().equals(each.size())
                        && other.type().equals(each.type())
                        && other.backend().equals(backends.getFirst()))
                .mapToDouble(first -> first.seconds() / each.seconds())
                .findFirst()
                .orElseThrow();
    }

    private static OptionalDouble ofTheRoof(Measured each) {
        return each.roof().isPresent()
                ? OptionalDouble.of(each.bytesPerSecond() / each.roof().getAsDouble())
                : OptionalDouble.empty();
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? String.format("%.0f %%", 100 * share.getAsDouble()) : "";
    }

    private JsonObject report(Measured each, List<Measured> all) {
        return new JsonObject()
                .with("size", each.size().toString())
                .with("type", each.type().name())
                .with("backend", each.backend())
                .with("seconds", each.seconds())
                .with("flops_per_second", each.flopsPerSecond())
                .with("of_the_first", share(each, all))
                .with("bytes_per_second", each.bytesPerSecond())
                .with("roof_bytes_per_second", each.roof());
    }
}
