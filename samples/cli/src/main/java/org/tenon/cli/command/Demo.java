package org.tenon.cli.command;

import java.util.concurrent.Callable;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.CtrlC;
import org.tenon.demo.models.DemoModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon demo}: a story by the small model that Tenon carries with it. */
@Command(
        name = "demo",
        sortOptions = false,
        description = "Tells a story with the small model that Tenon carries.",
        footer = {
            "",
            "Other beginnings that the model knows: \"On a windy day, Tom\", or a story of your own in its words that ends with"
                    + " \"Where is the red kite now?\"."
        })
public final class Demo implements Callable<Integer> {
    private static final String PROMPT = "One morning, Mira";

    /** Enough for most stories to come to their end. */
    private static final int MAX_TOKENS = 256;

    private final Console console;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            defaultValue = PROMPT,
            description = "How the story begins (default: ${DEFAULT-VALUE}).")
    private String prompt = PROMPT;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Demo(Console console) {
        this.console = console;
    }

    /**
     * Unpacks the model and lets it tell a story.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        Sampling asked = sampling.given();
        try (DemoModel demo = DemoModel.unpack();
                OpenModel<CausalModel> open = runtime.open(demo.folder(), console)) {
            CausalModel model = open.model();
            Request request =
                    Request.text(prompt).sampling(SamplingOptions.bounded(asked, model.defaults(), MAX_TOKENS));
            try (Generation generation = model.generate(request);
                    CtrlC _ = CtrlC.cancels(generation::cancel)) {
                console.print(console.style().bold(prompt));
                console.flush();
                Result result = new Transcript(console, model).print(generation);
                console.println("");
                console.println("");
                console.println(console.style().faint(Summary.line(model, result)));
                console.flush();
            }
        }
        return 0;
    }
}
