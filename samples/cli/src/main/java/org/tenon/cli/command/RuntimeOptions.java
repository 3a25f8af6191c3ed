package org.tenon.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.model.ModelSpec.Kind;
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
        return open(folder, limits, activations, RuntimeOptions::causal, console);
    }

    /** Loads a model that gives tokens one after another: a causal one, or an encoder with a decoder. */
    OpenModel<GenerativeModel> openGenerative(Path folder, Console console) {
        return open(folder, Limits.defaults(), activations, RuntimeOptions::generative, console);
    }

    private static GenerativeModel generative(Tenon tenon, Path folder) {
        return switch (require(folder, kind(tenon, folder), Kind.CAUSAL, Kind.SEQ2SEQ)) {
            case SEQ2SEQ -> tenon.seq2seq(folder);
            case CAUSAL, ENCODER -> tenon.causal(folder);
        };
    }

    private static CausalModel causal(Tenon tenon, Path folder) {
        require(folder, kind(tenon, folder), Kind.CAUSAL);
        return tenon.causal(folder);
    }

    private static EncoderModel encoder(Tenon tenon, Path folder) {
        require(folder, kind(tenon, folder), Kind.ENCODER);
        return tenon.encoder(folder);
    }

    private static Kind kind(Tenon tenon, Path folder) {
        return tenon.blueprint(folder).spec().kind();
    }

    /** The kind of the model in a folder; where it isn't one that a command takes, says which commands take it. */
    static Kind require(Path folder, Kind kind, Kind... taken) {
        if (!List.of(taken).contains(kind)) {
            throw new TenonException(folder + " holds " + kind + ", not "
                    + Stream.of(taken).map(Kind::toString).collect(Collectors.joining(" or ")) + "; "
                    + switch (kind) {
                        case CAUSAL -> "'tenon generate', 'tenon perplexity', 'tenon bench' and 'tenon verify' take it";
                        case ENCODER -> "'tenon embed' and 'tenon verify' take it";
                        case SEQ2SEQ -> "'tenon generate' and 'tenon verify' take it";
                    });
        }
        return kind;
    }

    /** Loads an encoder, with limits that fit the machine. */
    OpenModel<EncoderModel> openEncoder(Path folder, Limits limits, Console console) {
        return open(folder, limits, activations, RuntimeOptions::encoder, console);
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
