package org.tenon.conformance.law;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tenon.api.model.Stepper;
import org.tenon.conformance.law.Law.Ground;
import org.tenon.conformance.trial.Outcome;

/** A decoder reads what its encoder gave once, in the sequence's first step, for as long as the sequence lives. */
final class Seq2SeqLaws {
    private static final int STEPS = 24;

    private Seq2SeqLaws() {}

    /** What the first step has kept of a source serves all later steps, though other sources come and go, each in the blocks of the one before. */
    static Outcome aSourceServesAllSteps(Ground ground) {
        Agreement agreement = ground.agreement();
        int[] ids = ground.ids(STEPS, 1);
        List<int[]> passing = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            passing.add(ground.ids(1 + i % 5, 2 + i));
        }
        try (OpenModel model = ground.open()) {
            float[][] alone = model.logits(ids, ids.length);
            List<float[][]> passingAlone = passing.stream()
                    .map(each -> model.logits(each, each.length))
                    .toList();
            try (Stepper stepper = model.model().stepper()) {
                Stepper.Sequence sequence = model.open(stepper, ids);
                for (int i = 0; i < STEPS; i++) {
                    int[] others = passing.get(i);
                    try (Stepper.Sequence other = model.open(stepper, others)) {
                        float[][] found = stepper.step(
                                List.of(Stepper.Chunk.of(other, others), Stepper.Chunk.of(sequence, ids[i])));
                        agreement.compare("another, " + i, passingAlone.get(i), Arrays.copyOf(found, others.length));
                        agreement.compare(
                                "step " + i,
                                new float[][] {alone[i]},
                                Arrays.copyOfRange(found, others.length, found.length));
                    }
                }
            }
        }
        return agreement.outcome();
    }
}
