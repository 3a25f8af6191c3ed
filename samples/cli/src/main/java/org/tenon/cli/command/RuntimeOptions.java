package org.tenon.cli.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.tensor.DType;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.ProgressBar;
import org.tenon.cli.console.Unit;
import org.tenon.models.Tenon;
import picocli.CommandLine.Option;

/** What a model runs on, and how precisely. */
final class RuntimeOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "The backend; 'tenon backends' lists them (default: the first that can take the model).")
    private Optional<String> backend = Optional.empty();

    @Option(
            names = "--activations",
            paramLabel = "TYPE",
            converter = TypeConverter.class,
            description =
                    "What activations are computed in: f32, bf16 or f16 (default: the type of the weights; f32 for verify).")
    private Optional<DType> activations = Optional.empty();

    @Option(
            names = "--tolerant",
            description = "Load a checkpoint even if it has tensors that nothing in the architecture uses.")
    private boolean tolerant;

    /** What activations are computed in, where it is said. */
    Optional<DType> activations() {
        return activations;
    }

    /** Loads a causal model, with limits that fit the machine. */
    OpenModel<CausalModel> open(Path folder, Console console) {
        return open(folder, Limits.defaults(), console);
    }

    /** Loads a causal model with given limits. */
    OpenModel<CausalModel> open(Path folder, Limits limits, Console console) {
        return open(folder, limits, activations, Tenon::causal, console);
    }

    /** Loads a model that gives tokens one after another: a causal one, or an encoder with a decoder. */
    OpenModel<GenerativeModel> openGenerative(Path folder, Console console) {
        return open(folder, Limits.defaults(), activations, RuntimeOptions::generative, console);
    }

    private static GenerativeModel generative(Tenon tenon, Path folder) {
        return switch (tenon.model(folder)) {
            case GenerativeModel model -> model;
            case Model other -> {
                other.close();
                throw new TenonException(folder + " holds " + other.spec().kind()
                        + ", which gives no tokens one after another; see 'tenon embed' and 'tenon verify'");
            }
        };
    }

    /** Loads an encoder, with limits that fit the machine. */
    OpenModel<EncoderModel> openEncoder(Path folder, Limits limits, Console console) {
        return open(folder, limits, activations, Tenon::encoder, console);
    }

    /** Loads a model of any kind with given limits; activations are as asked for, else of the given type. */
    OpenModel<Model> openAny(Path folder, Limits limits, DType otherwise, Console console) {
        return open(folder, limits, Optional.of(activations.orElse(otherwise)), Tenon::model, console);
    }

    private <M extends Model> OpenModel<M> open(
            Path folder, Limits limits, Optional<DType> type, BiFunction<Tenon, Path, M> kind, Console console) {
        try (ProgressBar bar = console.progress("preparing weights", Unit.BYTES)) {
            Tenon.Builder builder =
                    Tenon.builder().limits(limits).tolerant(tolerant).progress(bar::at);
            builder = backend.map(builder::backend).orElse(builder);
            builder = type.map(builder::activations).orElse(builder);
            return OpenModel.load(builder.open(), folder, kind);
        }
    }
}
