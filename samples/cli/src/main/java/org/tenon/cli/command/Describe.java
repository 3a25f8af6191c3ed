package org.tenon.cli.command;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.tensor.DType;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import org.tenon.models.assembly.LayerNode;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.checkpoint.SafetensorsType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon describe}: an architecture as a table. */
@Command(
        name = "describe",
        sortOptions = false,
        description = {
            "Shows a model's architecture as a table.",
            "Layers, parameters, bytes, and what a token costs. Loads no weights."
        })
public final class Describe implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Option(
            names = "--activations",
            paramLabel = "TYPE",
            converter = TypeConverter.class,
            description = "What keys and values are cached in: f32, bf16 or f16 (default: the type of the weights).")
    private Optional<DType> activations = Optional.empty();

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Describe(Console console) {
        this.console = console;
    }

    /**
     * Reads {@code config.json} and the headers of the weights, and tells what they say.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        ModelFacts facts = ModelFacts.of(folder.path(), activations);
        if (json.given()) {
            console.println(report(facts).document());
        } else {
            print(facts);
        }
        console.flush();
        return 0;
    }

    private void print(ModelFacts facts) {
        new Layout(LayerProviders.found()).of(facts.blueprint()).print(console);
        console.println("");
        Table table = Table.of("ll");
        table.row("family", facts.type());
        table.row("layers", facts.layers() + " of width " + exact(facts.hidden()));
        table.row("vocabulary", exact(facts.blueprint().spec().vocabulary()));
        table.row("context", exact(facts.context()) + " tokens");
        table.row("parameters", counted(facts.blueprint().parameterCount()));
        table.row("weights", weights(facts));
        CacheBytes cache = facts.cacheBytes();
        if (cache.perToken() > 0) {
            table.row(
                    "KV cache",
                    exact(cache.perToken()) + " bytes a token in " + facts.cached() + ", "
                            + Unit.BYTES.text((double) cache.perToken() * facts.context())
                            + " for the whole context");
        }
        if (cache.perSequence() > 0) {
            table.row("states", exact(cache.perSequence()) + " bytes a sequence in F32, however long it is");
        }
        table.row(
                "FLOPs a token",
                counted(facts.blueprint().flopsPerToken(1)) + " for the first, "
                        + Unit.COUNT.text(facts.blueprint().flopsPerToken(facts.context()))
                        + " for the last of the context");
        table.print(console);
    }

    private static String exact(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String counted(long count) {
        return exact(count) + (count < 10_000 ? "" : " (" + Unit.COUNT.text(count) + ")");
    }

    private static String weights(ModelFacts facts) {
        if (facts.weights().isEmpty()) {
            return "none in this folder";
        }
        String types = facts.weights().entrySet().stream()
                .map(entry -> entry.getKey() + " " + Unit.BYTES.text(entry.getValue()))
                .collect(Collectors.joining(", "));
        return exact(facts.weightBytes()) + " bytes: " + types;
    }

    private JsonObject report(ModelFacts facts) {
        JsonObject weights = new JsonObject();
        for (Map.Entry<SafetensorsType, Long> entry : facts.weights().entrySet()) {
            weights.with(entry.getKey().name(), entry.getValue());
        }
        return new JsonObject()
                .with("model", folder.path().toString())
                .with("model_type", facts.type())
                .with("layers", facts.layers())
                .with("hidden", facts.hidden())
                .with("vocabulary", facts.blueprint().spec().vocabulary())
                .with("context", facts.context())
                .with("parameters", facts.blueprint().parameterCount())
                .with("weight_bytes", facts.weightBytes())
                .with("weight_bytes_by_type", weights)
                .with("kv_cache_type", facts.cached().name())
                .with("kv_cache_bytes_per_token", facts.cacheBytes().perToken())
                .with("state_bytes_per_sequence", facts.cacheBytes().perSequence())
                .with("flops_per_token", facts.blueprint().flopsPerToken(1))
                .with("flops_per_token_at_full_context", facts.blueprint().flopsPerToken(facts.context()))
                .with("parts", facts.blueprint().nodes().map(Describe::report).toList());
    }

    private static JsonObject report(LayerNode<?> node) {
        return new JsonObject()
                .with("path", node.path())
                .with("kind", node.provider().type().name())
                .with("parameters", Layout.parameters(node));
    }
}
