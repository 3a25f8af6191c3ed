package org.tenon.cli.command;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.CtrlC;
import org.tenon.demo.models.DemoFolder;
import org.tenon.demo.models.DemoModel;
import org.tenon.models.checkpoint.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon demo}: what the small models that Tenon carries with it can do. */
@Command(
        name = "demo",
        sortOptions = false,
        description = "Shows what the small models that Tenon carries can do.",
        footer = {
            "",
            "Other beginnings that the llama knows: \"On a windy day, Tom\", or a story of your own in its words that ends with"
                    + " \"Where is the red kite now?\"."
        })
public final class Demo implements Callable<Integer> {
    /** Enough for most stories to come to their end. */
    private static final int MAX_TOKENS = 256;

    /** Characters of a long prompt that are shown of its beginning, and of its end. */
    private static final int SHOWN = 40;

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..*",
            description = "Which: llama, mixtral, bamba, t5 (default: all of them).")
    private List<String> names = List.of();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description =
                    "What the model gets instead of its own prompts; one MODEL is named then, or it is the llama.")
    private Optional<String> prompt = Optional.empty();

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
     * Unpacks each model and lets it do its task.
     *
     * @return 0
     */
    @Override
    public Integer call() {
        List<DemoModel> asked = names.stream().map(this::named).toList();
        if (asked.isEmpty()) {
            asked = prompt.isPresent() ? List.of(DemoModel.LLAMA) : List.of(DemoModel.values());
        }
        if (prompt.isPresent() && asked.size() > 1) {
            throw new InvalidRequest("a prompt goes to one model, but " + asked.size() + " are named; name one");
        }
        for (DemoModel model : asked) {
            show(model, asked.size() > 1);
        }
        return 0;
    }

    private DemoModel named(String name) {
        return Arrays.stream(DemoModel.values())
                .filter(model -> model.title().equals(name))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "There is no demo model '" + name + "'; there are: "
                                + Arrays.stream(DemoModel.values())
                                        .map(DemoModel::title)
                                        .collect(Collectors.joining(", "))
                                + "."));
    }

    private void show(DemoModel demo, boolean titled) {
        if (titled) {
            console.println(console.style().bold(demo.title()) + " " + demo.task() + ":");
        }
        try (DemoFolder folder = demo.unpack();
                OpenModel<GenerativeModel> open = runtime.openGenerative(folder.path(), console)) {
            GenerativeModel model = open.model();
            Sampling chosen = SamplingOptions.bounded(sampling.given(), model.defaults(), MAX_TOKENS);
            List<String> prompts = prompt.map(List::of).orElseGet(() -> prompts(demo));
            for (String text : prompts) {
                switch (demo) {
                    case LLAMA -> answer(model, text, "", chosen);
                    case MIXTRAL, BAMBA -> answer(model, text, "", chosen.stopStrings("."));
                    case T5 -> answer(model, text, " -> ", chosen);
                }
            }
        }
        if (titled) {
            console.println("");
        }
    }

    private void answer(GenerativeModel model, String text, String arrow, Sampling chosen) {
        try (Generation generation = model.generate(Request.text(text).sampling(chosen));
                CtrlC _ = CtrlC.cancels(generation::cancel)) {
            console.print(console.style().bold(shortened(text)) + arrow);
            console.flush();
            Result result = new Transcript(console, model).print(generation);
            console.println("");
            console.println(console.style().faint(Summary.line(model, result)));
            console.flush();
        }
    }

    private static List<String> prompts(DemoModel demo) {
        return switch (demo) {
            case LLAMA -> List.of("One morning, Mira");
            case MIXTRAL ->
                List.of(
                        "reverse kiwi hammer cello bear:",
                        "sort plum axe otter fig banjo:",
                        "beast pear wolf saw goat flute:",
                        "count lemon drill harp:");
            case BAMBA ->
                Json.parse("heldout.json", demo.heldOut()).list("items").stream()
                        .filter(item -> item.text("kind").equals("120 entries"))
                        .map(item -> item.text("prompt"))
                        .limit(3)
                        .toList();
            case T5 -> List.of("the twenty-third of April 1996", "Friday, 3 Mar 2017", "nine thousand and forty-two");
        };
    }

    /** The beginning and the end of a long prompt, cut between its entries. */
    private static String shortened(String prompt) {
        int begin = prompt.indexOf(", ", SHOWN);
        int end = prompt.indexOf(", ", prompt.length() - SHOWN);
        if (begin < 0 || end <= begin) {
            return prompt;
        }
        long left = prompt.substring(begin + 2, end).split(", ").length;
        return prompt.substring(0, begin) + ", (" + left + " more), " + prompt.substring(end + 2);
    }
}
