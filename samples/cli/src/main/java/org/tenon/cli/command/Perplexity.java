package org.tenon.cli.command;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.ProgressBar;
import org.tenon.cli.console.Unit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tenon perplexity}: how well a model foresees a text. */
@Command(
        name = "perplexity",
        sortOptions = false,
        description = {
            "Tells how well a model foresees a text.",
            "That is the exponential of the mean negative log-likelihood of its tokens."
        },
        footer = {
            "",
            "The tokens with which the model wants a text to begin are added; the first token of all isn't foreseen. A text that is longer than"
                    + " the window is scored in windows that overlap by half."
        })
public final class Perplexity implements Callable<Integer> {
    /** Rows of logits held at once: 64 MB for a vocabulary of 250,000. */
    private static final int OUTPUTS = 64;

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Option(names = "--text", paramLabel = "TEXT", description = "The text.")
    private Optional<String> text = Optional.empty();

    @Option(names = "--file", paramLabel = "FILE", description = "Instead of a text, a file that holds it, in UTF-8.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "The most tokens seen at once (default: the model's context).")
    private Optional<Integer> window = Optional.empty();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Perplexity(Console console) {
        this.console = console;
    }

    /**
     * Loads the model and scores the text.
     *
     * @return 0
     * @throws IOException when the file can't be read
     */
    @Override
    public Integer call() throws IOException {
        if (text.isPresent() == file.isPresent()) {
            throw new ParameterException(spec.commandLine(), "Give either --text=TEXT or --file=FILE.");
        }
        if (window.orElse(2) < 2) {
            throw new ParameterException(spec.commandLine(), "--window must be at least 2.");
        }
        String content = text.isPresent() ? text.get() : read(file.orElseThrow());
        Limits limits = Limits.defaults().sequences(1).outputs(OUTPUTS);
        try (OpenModel<CausalModel> open =
                runtime.open(folder.path(), window.map(limits::context).orElse(limits), console)) {
            CausalModel model = open.model();
            int[] ids = model.tokenizer()
                    .orElseThrow(() -> NoTokenizer.of(model, "'tenon verify' and 'tenon bench' need none"))
                    .ids(content, true);
            if (ids.length < 2) {
                throw new TenonException("the text has " + ids.length + " tokens; foreseeing takes at least 2");
            }
            try (ProgressBar bar = console.progress("scoring", Unit.COUNT)) {
                print(model, org.tenon.models.evaluation.Perplexity.of(model, ids, model.context(), bar::at));
            }
        }
        return 0;
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException failure) {
            throw new TenonException(file + ": isn't UTF-8", failure);
        }
    }

    private void print(CausalModel model, org.tenon.models.evaluation.Perplexity score) {
        if (json.given()) {
            console.println(new JsonObject()
                    .with("perplexity", score.value())
                    .with("loss", score.loss())
                    .with("tokens", score.tokens())
                    .with("window", score.window())
                    .with("device", model.device())
                    .with("numerics", model.numerics().toString())
                    .document());
        } else {
            console.println(String.format(
                    Locale.ROOT,
                    "perplexity %.4f (%.4f nats a token) over %,d tokens, at most %,d at once",
                    score.value(),
                    score.loss(),
                    score.tokens(),
                    score.window()));
        }
        console.flush();
    }
}
