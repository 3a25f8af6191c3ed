package org.tenon.cli.command;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
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
        Sampling asked =
                logProbabilities.map(sampling.given()::logProbabilities).orElseGet(sampling::given);
        try (OpenModel<CausalModel> open = runtime.open(folder.path(), console)) {
            CausalModel model = open.model();
            int[] ids = prompt.ids(model);
            Request request = Request.ids(ids).sampling(SamplingOptions.bounded(asked, model.defaults(), MAX_TOKENS));
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

    private static JsonObject report(CausalModel model, int[] prompt, Result result) {
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

    private static JsonObject report(CausalModel model, Token token) {
        return candidate(model, token.id(), token.logProbability().orElse(Double.NaN))
                .with(
                        "best",
                        token.best().stream()
                                .map(best -> candidate(model, best.id(), best.logProbability()))
                                .toList());
    }

    private static JsonObject candidate(CausalModel model, int id, double logProbability) {
        return new JsonObject()
                .with("id", id)
                .with("token", model.tokenizer().flatMap(tokenizer -> tokenizer.token(id)))
                .with("logprob", logProbability);
    }
}
