package org.tenon.cli.command;

import java.util.List;
import java.util.Optional;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.BeamSearch.Stopping;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether and how the most probable outputs are searched for. */
final class BeamOptions {
    /** What draws tokens or looks at text as it comes, which a search doesn't. */
    private static final List<String> NOT_SEARCHED =
            List.of("--greedy", "--temperature", "--top-k", "--top-p", "--min-p", "--seed", "--stop", "--logprobs");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--beams",
            paramLabel = "N",
            description = "Look for the most probable outputs with N beams, instead of drawing tokens.")
    private Optional<Integer> beams = Optional.empty();

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "With --beams: above 0 favours longer outputs, below 0 shorter ones (default: 1).")
    private Optional<Double> lengthPenalty = Optional.empty();

    @Option(
            names = "--early-stopping",
            paramLabel = "WHEN",
            converter = StoppingConverter.class,
            description =
                    "With --beams: end when N outputs are finished (true), when the best that goes on is no better now (false), or when"
                            + " none can become better (never) (default: false).")
    private Optional<Stopping> stopping = Optional.empty();

    @Option(names = "--return", paramLabel = "N", description = "With --beams: print the N best outputs (default: 1).")
    private Optional<Integer> returned = Optional.empty();

    /** The search that is asked for; refuses, before a model is loaded, options that would change nothing. */
    Optional<BeamSearch> search() {
        if (beams.isEmpty()) {
            refuse(
                    List.of("--length-penalty", "--early-stopping", "--return"),
                    " says how to search; give it with --beams=N.");
            return Optional.empty();
        }
        refuse(NOT_SEARCHED, " changes nothing in a search; give it without --beams.");
        BeamSearch search = BeamSearch.of(beams.get());
        search = lengthPenalty.map(search::lengthPenalty).orElse(search);
        search = stopping.map(search::stopping).orElse(search);
        return Optional.of(returned.map(search::returned).orElse(search));
    }

    private void refuse(List<String> options, String why) {
        for (String option : options) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(spec.commandLine(), option + why);
            }
        }
    }
}
