package org.tenon.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Pooling;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon embed}: texts to vectors. */
@Command(
        name = "embed",
        sortOptions = false,
        description = {"Turns texts into vectors with an encoder.", "Prints a JSON array on each line."})
public final class Embed implements Callable<Integer> {
    private static final int MOST_SHOWN = 32;

    private final Console console;

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "The texts.")
    private List<String> texts = List.of();

    @Option(
            names = "--ids",
            paramLabel = "ID[,ID...]",
            description = "Token ids instead of a text, taken as they are; may be given several times.")
    private List<String> ids = List.of();

    @Option(
            names = "--pooling",
            paramLabel = "HOW",
            defaultValue = "mean",
            converter = PoolingConverter.class,
            description =
                    "What becomes the vector: the mean of all tokens, the first one, the last one, or the model's pooler"
                            + " (mean, first, last or pooler; default: mean).")
    private Pooling.Kind pooling = Pooling.Kind.MEAN;

    @Option(names = "--normalise", description = "Divide each vector by its length.")
    private boolean normalise;

    @Option(names = "--similarity", description = "Print the cosines of all pairs as a table instead of the vectors.")
    private boolean similarity;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "512",
            description = "The most tokens that are computed at once; no text may be longer (default: 512).")
    private int rows;

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Embed(Console console) {
        this.console = console;
    }

    /**
     * Loads the encoder and prints what it makes of the input.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        if (texts.isEmpty() && ids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Give at least one TEXT or --ids=ID[,ID...].");
        }
        if (rows < 1) {
            throw new ParameterException(spec.commandLine(), "--rows must be at least 1.");
        }
        List<EncoderInput> inputs = inputs();
        try (OpenModel<EncoderModel> open =
                runtime.openEncoder(folder.path(), Limits.defaults().rows(rows), console)) {
            EncoderModel model = open.model();
            if (!texts.isEmpty() && model.tokenizer().isEmpty()) {
                throw NoTokenizer.of(model, "give token ids with --ids");
            }
            List<float[]> vectors = model.embed(inputs, new Pooling(pooling, normalise));
            if (json.given()) {
                console.println(report(model, vectors).document());
            } else if (similarity) {
                table(vectors).print(console);
            } else {
                vectors.forEach(vector -> console.println(array(vector)));
            }
        }
        console.flush();
        return 0;
    }

    private List<EncoderInput> inputs() {
        List<EncoderInput> inputs = new ArrayList<>();
        texts.forEach(text -> inputs.add(EncoderInput.text(text)));
        for (String each : ids) {
            try {
                inputs.add(EncoderInput.ids(Stream.of(each.split(",", -1))
                        .mapToInt(id -> Integer.parseInt(id.strip()))
                        .toArray()));
            } catch (NumberFormatException failure) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--ids must be numbers with commas between them, but is '" + each + "'.",
                        failure);
            }
        }
        return inputs;
    }

    private static String array(float[] vector) {
        return IntStream.range(0, vector.length)
                .mapToObj(d -> Float.isFinite(vector[d]) ? Float.toString(vector[d]) : "null")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private Table table(List<float[]> vectors) {
        Table table = Table.of("rl" + "r".repeat(vectors.size()));
        List<String> head = new ArrayList<>(List.of("", ""));
        IntStream.rangeClosed(1, vectors.size()).forEach(i -> head.add(Integer.toString(i)));
        table.row(head.toArray(String[]::new));
        for (int i = 0; i < vectors.size(); i++) {
            List<String> row = new ArrayList<>(List.of(Integer.toString(i + 1), shown(i)));
            for (float[] other : vectors) {
                row.add(String.format(Locale.ROOT, "%.4f", cosine(vectors.get(i), other)));
            }
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    /** What an input is called in the table: its beginning. */
    private String shown(int number) {
        String whole = number < texts.size() ? JsonObject.quoted(texts.get(number)) : ids.get(number - texts.size());
        return whole.length() <= MOST_SHOWN ? whole : whole.substring(0, MOST_SHOWN - 3) + "...";
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int d = 0; d < a.length; d++) {
            product += (double) a[d] * b[d];
            squaresA += (double) a[d] * a[d];
            squaresB += (double) b[d] * b[d];
        }
        return product == 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
    }

    private JsonObject report(EncoderModel model, List<float[]> vectors) {
        JsonObject report = new JsonObject()
                .with("model", folder.path().toString())
                .with("pooling", pooling.name().toLowerCase(Locale.ROOT))
                .with("normalised", normalise)
                .with("vectors", vectors.stream().map(Embed::numbers).toList());
        if (similarity) {
            report.with(
                    "similarity",
                    vectors.stream()
                            .map(one -> vectors.stream()
                                    .map(other -> cosine(one, other))
                                    .toList())
                            .toList());
        }
        return report.with("device", model.device())
                .with("numerics", model.numerics().toString());
    }

    private static List<Float> numbers(float[] vector) {
        List<Float> numbers = new ArrayList<>();
        for (float value : vector) {
            numbers.add(value);
        }
        return numbers;
    }
}
