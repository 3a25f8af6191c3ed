package org.tenon.cli.command;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Token;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.CtrlC;
import org.tenon.cli.console.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon generate}: goes on from a prompt. */
@Command(
        name = "generate",
        sortOptions = false,
        description = "Goes on from a prompt, printing the text as it comes.",
        footer = {
            "",
            "What options don't say of sampling is as the model's generation_config.json says. A model without a tokenizer prints ids."
        })
public final class Generate implements Callable<Integer> {
    /** The most tokens where nobody says how many: some paragraphs. */
    private static final int MAX_TOKENS = 128;

    private final Console console;

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Mixin
    private PromptOptions prompt = new PromptOptions();

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(
            names = "--logprobs",
            paramLabel = "N",
            description = "With --json: the logarithm of each token's probability, and the N most probable tokens.")
    private Optional<Integer> logProbabilities = Optional.empty();

    @Mixin
    private BeamOptions beams = new BeamOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Generate(Console console) {
        this.console = console;
    }

    /**
     * Loads the model and goes on from the prompt.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        prompt.check();
        Optional<BeamSearch> search = beams.search();
        Sampling asked =
                logProbabilities.map(sampling.given()::logProbabilities).orElseGet(sampling::given);
        try (OpenModel<GenerativeModel> open = runtime.openGenerative(folder.path(), console)) {
            GenerativeModel model = open.model();
            int[] ids = prompt.ids(model);
            Request request = Request.ids(ids).sampling(SamplingOptions.bounded(asked, model.defaults(), MAX_TOKENS));
            if (search.isPresent()) {
                search(model, request, ids, search.get());
                return 0;
            }
            try (Generation generation = model.generate(request);
                    CtrlC _ = CtrlC.cancels(generation::cancel)) {
                if (json.given()) {
                    console.println(report(model, ids, generation.await()).document());
                } else {
                    Result result = new Transcript(console, model).print(generation);
                    console.println("");
                    console.say(console.style().faint(Summary.line(model, result)));
                }
                console.flush();
            }
        }
        return 0;
    }

    /** Prints what a search finds, the best first. */
    private void search(GenerativeModel model, Request request, int[] ids, BeamSearch search) {
        CompletableFuture<List<Hypothesis>> searching = model.search(request, search);
        List<Hypothesis> found;
        try (CtrlC _ = CtrlC.cancels(() -> searching.cancel(false))) {
            found = searching.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof RuntimeException cause ? cause : failure;
        }
        if (json.given()) {
            console.println(new JsonObject()
                    .with("prompt_ids", ids)
                    .with(
                            "found",
                            found.stream().map(each -> report(model, each)).toList())
                    .document());
        } else {
            for (Hypothesis each : found) {
                String output =
                        model.tokenizer().isPresent() ? each.text() : each.ids().toString();
                console.println(console.style().harmless(output));
            }
        }
        console.flush();
    }

    private static JsonObject report(GenerativeModel model, Hypothesis found) {
        return new JsonObject()
                .with("text", model.tokenizer().map(_ -> found.text()))
                .with("ids", found.ids().stream().mapToInt(Integer::intValue).toArray())
                .with("score", found.score());
    }

    private static JsonObject report(GenerativeModel model, int[] prompt, Result result) {
        JsonObject report = new JsonObject()
                .with("text", model.tokenizer().map(_ -> result.text()))
                .with("ids", result.ids())
                .with("prompt_ids", prompt)
                .with("finish_reason", result.reason().name())
                .with("seed", result.seed())
                .with(
                        "usage",
                        new JsonObject()
                                .with("prompt_tokens", result.usage().promptTokens())
                                .with("output_tokens", result.usage().outputTokens()))
                .with("timings", Summary.timings(result))
                .with("device", model.device())
                .with("numerics", model.numerics().toString());
        boolean asked = result.tokens().stream()
                .anyMatch(token -> token.logProbability().isPresent());
        return asked
                ? report.with(
                        "logprobs",
                        result.tokens().stream()
                                .map(token -> report(model, token))
                                .toList())
                : report;
    }

    private static JsonObject report(GenerativeModel model, Token token) {
        return candidate(model, token.id(), token.logProbability().orElse(Double.NaN))
                .with(
                        "best",
                        token.best().stream()
                                .map(best -> candidate(model, best.id(), best.logProbability()))
                                .toList());
    }

    private static JsonObject candidate(GenerativeModel model, int id, double logProbability) {
        return new JsonObject()
                .with("id", id)
                .with("token", model.tokenizer().flatMap(tokenizer -> tokenizer.token(id)))
                .with("logprob", logProbability);
    }
}
