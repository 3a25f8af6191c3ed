package org.tenon.cli.command;

import java.util.List;
import java.util.Optional;
import org.tenon.api.model.GenerativeModel;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a generation goes on from. */
final class PromptOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--prompt", paramLabel = "TEXT", description = "The text to go on from.")
    private Optional<String> text = Optional.empty();

    @Option(
            names = "--prompt-ids",
            split = ",",
            paramLabel = "ID",
            description = "Instead of a text, the token ids to go on from, taken as they are.")
    private List<Integer> ids = List.of();

    /** Refuses a command line with no prompt or two, before a model is loaded for it. */
    void check() {
        if (text.isPresent() != ids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Give either --prompt=TEXT or --prompt-ids=ID[,ID...].");
        }
    }

    /** The ids of the prompt. */
    int[] ids(GenerativeModel model) {
        if (text.isEmpty()) {
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }
        return model.tokenizer()
                .orElseThrow(() -> NoTokenizer.of(model, "give token ids with --prompt-ids"))
                .ids(text.get(), true);
    }
}
