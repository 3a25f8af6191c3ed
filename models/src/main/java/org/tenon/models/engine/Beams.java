package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.InvalidRequest;

/** Which beams go on and which are finished, as {@code _beam_search} of Transformers 5.23 has it, in F32 as there. Confined to a thread. */
final class Beams {
    /** What is out of the question. */
    private static final float OUT = -1e9f;

    private final BeamSearch search;
    private final int most;
    private final int kept; // successors that are looked at: enough that as many as beams go on
    private final int[] parents; // [beams]
    private float[] scores = new float[1]; // of those that go on
    private int[][] outputs = new int[1][0];
    private List<Finished> finished = new ArrayList<>(); // the best, as many as beams
    private int length;
    private boolean hopeful = true;

    /**
     * A finished sequence, or what only holds the place of one.
     *
     * @param ids the output
     * @param score what it counts
     * @param done whether it is finished
     */
    record Finished(List<Integer> ids, float score, boolean done) {}

    /** A successor of a beam. */
    private record Candidate(float score, int parent, int token, boolean stops) {
        /** What it counts among those that go on. */
        float running() {
            return score + (stops ? OUT : 0);
        }
    }

    /** A search for outputs of so many tokens at the most. */
    Beams(BeamSearch search, int most, int vocabulary, int endTokens) {
        int each = Math.max(2, 1 + endTokens);
        if ((long) each * search.beams() > vocabulary) {
            throw new InvalidRequest("beams must be at most " + vocabulary / each + " with " + vocabulary + " ids, "
                    + endTokens + " of which end an output, but is " + search.beams());
        }
        this.search = search;
        this.most = most;
        this.kept = each * search.beams();
        this.parents = new int[search.beams()];
        for (int i = 0; i < search.beams(); i++) {
            finished.add(new Finished(List.of(), OUT, false));
        }
    }

    /** Whether the prompt's successors have been chosen. */
    boolean begun() {
        return length > 0;
    }

    /** Takes the log-probabilities of the next tokens, {@code [beams, vocabulary]}, of which so many are there, and chooses; false at the end. */
    boolean step(float[][] logProbabilities, int rows, IntPredicate ends) {
        List<Candidate> candidates = candidates(logProbabilities, rows, ends);
        finish(candidates);
        goOn(candidates.stream()
                .sorted(Comparator.comparingDouble(one -> -one.running()))
                .limit(search.beams())
                .toList());
        hopeful = hopeful && improvable();
        return hopeful && !closed() && !candidates.stream().allMatch(Candidate::stops);
    }

    /** The best successors, the best first; the lowest beam, then the lowest id first among equals. */
    private List<Candidate> candidates(float[][] logProbabilities, int rows, IntPredicate ends) {
        float[] best = new float[kept];
        int[] at = new int[kept];
        int count = 0;
        int vocabulary = logProbabilities[0].length;
        for (int row = 0; row < rows; row++) {
            for (int id = 0; id < vocabulary; id++) {
                float score = logProbabilities[row][id] + scores[row];
                if (count == kept && !(score > best[kept - 1])) {
                    continue;
                }
                int place = count < kept ? count++ : kept - 1;
                while (place > 0 && score > best[place - 1]) {
                    best[place] = best[place - 1];
                    at[place] = at[place - 1];
                    place--;
                }
                best[place] = score;
                at[place] = row * vocabulary + id;
            }
        }
        boolean last = length + 1 >= most;
        List<Candidate> candidates = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int token = at[i] % vocabulary;
            candidates.add(new Candidate(best[i], at[i] / vocabulary, token, last || ends.test(token)));
        }
        return candidates;
    }

    /** Only as many of the best successors as there are beams can be finished ones. */
    private void finish(List<Candidate> candidates) {
        float late = (closed() ? OUT : 0) + (hopeful ? 0 : OUT);
        List<Finished> merged = new ArrayList<>(finished);
        for (int i = 0; i < candidates.size(); i++) {
            Candidate one = candidates.get(i);
            boolean done = one.stops() && i < search.beams();
            float score = one.score() / power(length + 1) + late + (done ? 0 : OUT);
            merged.add(new Finished(done ? ids(one) : List.of(), score, done));
        }
        finished = merged.stream()
                .sorted(Comparator.comparingDouble(one -> -one.score()))
                .limit(search.beams())
                .toList();
    }

    /** Whether as many are finished as are looked for, and that is the end. */
    private boolean closed() {
        return search.stopping() == BeamSearch.Stopping.WHEN_FULL
                && finished.stream().allMatch(Finished::done);
    }

    private List<Integer> ids(Candidate one) {
        return IntStream.concat(Arrays.stream(outputs[one.parent()]), IntStream.of(one.token()))
                .boxed()
                .toList();
    }

    private float power(int tokens) {
        return (float) Math.pow(tokens, search.lengthPenalty());
    }

    private void goOn(List<Candidate> next) {
        int[][] longer = new int[search.beams()][];
        scores = new float[search.beams()];
        for (int beam = 0; beam < search.beams(); beam++) {
            Candidate one = next.get(beam);
            parents[beam] = one.parent();
            scores[beam] = one.running();
            longer[beam] = Arrays.copyOf(outputs[one.parent()], length + 1);
            longer[beam][length] = one.token();
        }
        outputs = longer;
        length++;
    }

    /** Whether the best beam that goes on may become better than the worst finished one. */
    private boolean improvable() {
        boolean toTheEnd = search.stopping() == BeamSearch.Stopping.NEVER_EARLY && search.lengthPenalty() > 0;
        float best = scores[0] / power(toTheEnd ? most : length);
        float worst = finished.getLast().score();
        return finished.stream().anyMatch(one -> best > (one.done() ? worst : OUT));
    }

    /** The beam that another goes on from. */
    int parent(int beam) {
        return parents[beam];
    }

    /** What it goes on with. */
    int token(int beam) {
        return outputs[beam][length - 1];
    }

    /** The best finished sequences, as many as are wanted and there. */
    List<Finished> best() {
        return finished.stream().filter(Finished::done).limit(search.returned()).toList();
    }
}
