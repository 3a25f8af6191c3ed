package org.tenon.cli.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.tenon.api.model.CausalModel;
import org.tenon.cli.console.ProgressBar;
import org.tenon.models.assembly.Blueprint;

/**
 * What was measured.
 *
 * @param prefill the prompts
 * @param decode a step of all sequences
 * @param firstToken from a request to its first token, in seconds, in the best round
 * @param coldToken the same of the first request after loading
 * @param peakBytes the most memory that the process had until then, without what measuring the roof takes; nothing where Linux doesn't tell
 * @param before the roof before the first round
 * @param after the roof after the last one
 */
public record Measurement(
        Phase prefill,
        Phase decode,
        double firstToken,
        double coldToken,
        OptionalLong peakBytes,
        Roof before,
        Roof after) {
    /** Warming takes this long at the least: small models need more than one round until their Java code is compiled. */
    private static final double WARM_SECONDS = 1;

    private static final int WARM_TOKENS = 16;
    private static final double NANOS = 1e9;

    /**
     * Measures a model.
     *
     * @param model the model
     * @param blueprint its architecture
     * @param parameterBytes bytes of a parameter
     * @param work what it is asked to do
     * @param repeats how often
     * @param roof measures the roof
     * @param bar shows how far it is
     * @return what was measured
     */
    public static Measurement of(
            CausalModel model,
            Blueprint blueprint,
            double parameterBytes,
            Workload work,
            int repeats,
            Supplier<Roof> roof,
            ProgressBar bar) {
        Workload warming =
                new Workload(work.prompt(), Math.min(work.generate(), WARM_TOKENS), work.concurrency(), ~work.seed());
        long total = repeats + 1L;
        bar.at(0, total);
        long start = System.nanoTime();
        double cold = Round.of(model, warming, 0).firstToken();
        for (int round = 1; System.nanoTime() - start < WARM_SECONDS * NANOS; round++) {
            Round.of(model, warming, round);
        }
        OptionalLong peak = ProcessFacts.peakBytes();
        List<Roof> roofs = new ArrayList<>(List.of(roof.get()));
        List<Round> rounds = new ArrayList<>();
        for (int round = 0; round < repeats; round++) {
            bar.at(round + 1L, total);
            rounds.add(Round.of(model, work, round));
            roofs.add(roof.get());
        }
        Round prompts =
                rounds.stream().min(Comparator.comparingDouble(Round::prefill)).orElseThrow();
        Round tokens =
                rounds.stream().min(Comparator.comparingDouble(Round::decode)).orElseThrow();
        int steps = prompts.prefillSteps().size();
        int keys = work.prompt() + work.generate() / 2; // the mean of the decode steps
        return new Measurement(
                new Phase(
                        "prefill",
                        rounds.stream().map(Round::prefillRate).toList(),
                        prompts.prefill(),
                        Work.prefill(
                                blueprint, model.numerics(), parameterBytes, work.prompt(), steps, work.concurrency()),
                        steps,
                        Round.allocated(prompts.prefillSteps()),
                        around(rounds.indexOf(prompts), roofs)),
                new Phase(
                        "decode",
                        rounds.stream().map(round -> round.decodeRate(work)).toList(),
                        tokens.decode(),
                        Work.decode(blueprint, model.numerics(), parameterBytes, work.concurrency(), keys),
                        tokens.decodeSteps().size(),
                        Round.allocated(tokens.decodeSteps()),
                        around(rounds.indexOf(tokens), roofs)),
                rounds.stream().mapToDouble(Round::firstToken).min().orElseThrow(),
                cold,
                peak,
                roofs.getFirst(),
                roofs.getLast());
    }

    /** The higher one of the roofs before and after a round: what a shared machine can do changes within seconds. */
    private static Roof around(int round, List<Roof> roofs) {
        return roofs.get(round).highest(roofs.get(round + 1));
    }

    /** {@return what the phases are compared with: the bytes of decode's roof, the operations of prefill's} */
    public Roof roof() {
        return new Roof(decode.roof().bytesPerSecond(), prefill.roof().flopsPerSecond());
    }
}
