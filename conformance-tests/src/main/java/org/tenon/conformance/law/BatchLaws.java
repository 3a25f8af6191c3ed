package org.tenon.conformance.law;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.tenon.api.model.Stepper;
import org.tenon.conformance.law.Law.Ground;
import org.tenon.conformance.trial.Outcome;

/** A row's logits depend on its own sequence alone: not on the steps that the rows come in, nor on who else is in them. */
final class BatchLaws {
    private static final int[] LENGTHS = {45, 17, 38, 29};
    private static final int PROMPT = 30;
    private static final int DECODED = 10;

    private BatchLaws() {}

    /** Prefill of n tokens is n decode steps. */
    static Outcome prefillIsDecode(Ground ground) {
        int[] ids = ground.ids(50, 1);
        Agreement agreement = ground.agreement();
        try (OpenModel model = ground.open()) {
            agreement.compare("decode", model.logits(ids, ids.length), model.logits(ids, 1));
        }
        return agreement.outcome();
    }

    /** Prefill in chunks, whatever their sizes, is prefill in one go. */
    static Outcome chunksAreTheWhole(Ground ground) {
        int[] ids = ground.ids(63, 2);
        Agreement agreement = ground.agreement();
        try (OpenModel model = ground.open()) {
            float[][] whole = model.logits(ids, ids.length);
            for (int chunk : new int[] {2, 7, 16, 33}) {
                agreement.compare("chunks of " + chunk, whole, model.logits(ids, chunk));
            }
        }
        return agreement.outcome();
    }

    /** A sequence gets the same alone and in any ragged batch, wherever its rows stand there. */
    static Outcome aloneIsAmongOthers(Ground ground) {
        Agreement agreement = ground.agreement();
        List<int[]> ids = new ArrayList<>();
        for (int i = 0; i < LENGTHS.length; i++) {
            ids.add(ground.ids(LENGTHS[i], 3 + i));
        }
        try (OpenModel model = ground.open()) {
            List<float[][]> among = together(model, ids, ground.random(9).nextLong());
            for (int i = 0; i < ids.size(); i++) {
                float[][] alone = model.logits(ids.get(i), LENGTHS[i]);
                agreement.compare("sequence " + i + " among others", alone, among.get(i));
            }
        }
        return agreement.outcome();
    }

    /** The sequences in steps in which each has some rows, one row or none, in any order. */
    private static List<float[][]> together(OpenModel model, List<int[]> ids, long seed) {
        Random random = new Random(seed);
        List<Stepper.Sequence> sequences = new ArrayList<>();
        List<List<float[]>> rows = new ArrayList<>();
        try (Stepper stepper = model.model().stepper()) {
            ids.forEach(each -> {
                sequences.add(model.open(stepper, each));
                rows.add(new ArrayList<>());
            });
            while (missing(ids, sequences)) {
                List<Integer> order = new ArrayList<>();
                List<Stepper.Chunk> chunks = new ArrayList<>();
                for (int i = 0; i < ids.size(); i++) {
                    order.add(i);
                }
                Collections.shuffle(order, random);
                order.removeIf(i -> random.nextInt(4) == 0 || sequences.get(i).length() == ids.get(i).length);
                for (int i : order) {
                    int from = sequences.get(i).length();
                    int count = random.nextBoolean() ? 1 : 1 + random.nextInt(14);
                    int to = Math.min(ids.get(i).length, from + count);
                    chunks.add(Stepper.Chunk.of(sequences.get(i), Arrays.copyOfRange(ids.get(i), from, to)));
                }
                collect(stepper.step(chunks), chunks, order, rows);
            }
        }
        return rows.stream().map(each -> each.toArray(float[][]::new)).toList();
    }

    private static boolean missing(List<int[]> ids, List<Stepper.Sequence> sequences) {
        for (int i = 0; i < ids.size(); i++) {
            if (sequences.get(i).length() < ids.get(i).length) {
                return true;
            }
        }
        return false;
    }

    private static void collect(
            float[][] logits, List<Stepper.Chunk> chunks, List<Integer> order, List<List<float[]>> rows) {
        int row = 0;
        for (int i = 0; i < chunks.size(); i++) {
            for (int j = 0; j < chunks.get(i).outputs(); j++) {
                rows.get(order.get(i)).add(logits[row++]);
            }
        }
    }

    /** The same steps, from the same state, give the same each time: the same bits where that is promised. */
    static Outcome twiceInARow(Ground ground) {
        int[] prompt = ground.ids(PROMPT, 7);
        int[] rest = ground.ids(DECODED, 8);
        Agreement agreement = ground.repeated();
        try (OpenModel model = ground.open()) {
            float[][] first = steps(model, prompt, rest);
            for (int time = 2; time <= 4; time++) {
                agreement.compare("time " + time, first, steps(model, prompt, rest));
            }
        }
        return agreement.outcome();
    }

    private static float[][] steps(OpenModel model, int[] prompt, int[] rest) {
        try (Stepper stepper = model.model().stepper()) {
            Stepper.Sequence sequence = model.open(stepper, prompt);
            List<float[]> all = new ArrayList<>(List.of(OpenModel.logits(stepper, sequence, prompt, prompt.length)));
            all.addAll(List.of(OpenModel.logits(stepper, sequence, rest, 1)));
            return all.toArray(float[][]::new);
        }
    }
}
