package org.tenon.cli.bench;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Stepper;

/**
 * What came of doing the workload once.
 *
 * @param prefill the time of the prompts, in seconds, from the first of their steps to the end of the last
 * @param prefillSteps the steps that had rows of prompts
 * @param decode the time from the end of a step of all sequences to the end of the next, sampling included, in seconds: the median
 * @param decodeSteps the steps in which all sequences decoded
 * @param firstToken from the request to its first token, in seconds: the median of the requests
 */
record Round(
        double prefill,
        List<StepLog.Step> prefillSteps,
        double decode,
        List<StepLog.Step> decodeSteps,
        double firstToken) {
    private static final double NANOS = 1e9;

    /** Does the workload once, and waits for its end. */
    static Round of(CausalModel model, Workload work, int number) {
        Sampling sampling = Sampling.sampling().greedy().ignoreEndTokens().maxTokens(work.generate());
        StepLog log = new StepLog();
        List<Result> results = new ArrayList<>();
        List<Generation> running = new ArrayList<>();
        try (ModelListener.Registration _ = model.listen(log)) {
            try (Stepper _ = model.stepper()) { // while it is open nobody begins, so all begin together
                for (int request = 0; request < work.concurrency(); request++) {
                    int[] prompt = work.prompt(number, request, model.vocabulary());
                    running.add(model.generate(Request.ids(prompt).sampling(sampling)));
                }
            }
            running.forEach(generation -> results.add(generation.await()));
        } finally {
            running.forEach(Generation::close);
        }
        return of(work, log.take(), results);
    }

    private static Round of(Workload work, List<StepLog.Step> steps, List<Result> results) {
        List<StepLog.Step> prefill =
                steps.stream().filter(step -> step.prefillRows() > 0).toList();
        List<Double> intervals = new ArrayList<>();
        List<StepLog.Step> decode = new ArrayList<>();
        for (int i = 1; i < steps.size(); i++) {
            StepLog.Step step = steps.get(i);
            if (step.prefillRows() == 0 && step.sequences() == work.concurrency()) {
                decode.add(step);
                intervals.add((step.ended() - steps.get(i - 1).ended()) / NANOS);
            }
        }
        if (decode.isEmpty()) {
            throw new TenonException("no step had all " + work.concurrency()
                    + " sequences at once; generate more tokens with --generate, or ask for less with --concurrency");
        }
        return new Round(
                (prefill.getLast().ended() - prefill.getFirst().began()) / NANOS,
                prefill,
                Median.of(intervals.stream().mapToDouble(Double::doubleValue)),
                decode,
                Median.of(results.stream()
                        .mapToDouble(result -> result.timings()
                                        .queued()
                                        .plus(result.timings().prefill())
                                        .toNanos()
                                / NANOS)));
    }

    /** Prompt tokens in a second; what decoded beside them isn't counted. */
    double prefillRate() {
        return prefillSteps.stream().mapToInt(StepLog.Step::prefillRows).sum() / prefill;
    }

    /** Tokens of all sequences in a second. */
    double decodeRate(Workload work) {
        return work.concurrency() / decode;
    }

    /** The heap bytes that the issuing thread allocates in a step: the median. */
    static double allocated(List<StepLog.Step> steps) {
        return Median.of(steps.stream().mapToDouble(StepLog.Step::allocated));
    }
}
