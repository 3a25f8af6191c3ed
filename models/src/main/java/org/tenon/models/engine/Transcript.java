package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.tenon.api.model.Scores;
import org.tenon.api.model.Token;

/**
 * The output of a sequence as numbers. The engine's thread writes, others read what {@link #count} tells them of; so no token costs the
 * engine an object.
 */
final class Transcript {
    private static final int NONE = -1;

    private final boolean scored;
    private final int ranked; // the most probable ids of each token that are wanted
    private int[] ids;
    private double[] probabilities; // logarithms
    private int[] bestIds; // [tokens, ranked]
    private double[] bestProbabilities; // [tokens, ranked]
    private volatile int count;

    /** Which token is the end, and whether it has no text; written before it is counted. */
    private int end = NONE;

    private boolean silent;

    /** Nothing yet; there is room for so many tokens at first. */
    Transcript(OptionalInt logProbabilities, int vocabulary, int expected) {
        int room = Math.max(1, expected);
        this.scored = logProbabilities.isPresent();
        this.ranked = Math.min(logProbabilities.orElse(0), vocabulary);
        this.ids = new int[room];
        this.probabilities = new double[scored ? room : 0];
        this.bestIds = new int[room * ranked];
        this.bestProbabilities = new double[room * ranked];
    }

    // ---- the engine's side

    /** Whether {@link #score} is to come before each token. */
    boolean scored() {
        return scored;
    }

    /** Notes what the model finds most probable for the next token. */
    void score(float[] logits, Scores scores, double logSumExp) {
        grow();
        int start = count * ranked;
        if (ranked > 0) {
            scores.rank();
        }
        for (int i = 0; i < ranked; i++) {
            int id = scores.nextBest();
            bestIds[start + i] = id;
            if (id < 0) {
                break;
            }
            bestProbabilities[start + i] = logits[id] - logSumExp;
        }
    }

    /** Adds a token. The last one says so, and whether it has no text. */
    void add(int id, double logProbability, boolean last, boolean withoutText) {
        grow();
        ids[count] = id;
        if (scored) {
            probabilities[count] = logProbability;
        }
        if (last) {
            end = count;
            silent = withoutText;
        }
        publish();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the engine's thread writes
    private void publish() {
        count++;
    }

    private void grow() {
        if (count == ids.length) {
            int room = 2 * count;
            ids = Arrays.copyOf(ids, room);
            probabilities = Arrays.copyOf(probabilities, scored ? room : 0);
            bestIds = Arrays.copyOf(bestIds, room * ranked);
            bestProbabilities = Arrays.copyOf(bestProbabilities, room * ranked);
        }
    }

    // ---- any thread

    /** How many tokens there are. */
    int count() {
        return count;
    }

    /** One of the tokens, with its text. */
    Token token(int index, OutputText text) {
        boolean last = index == end;
        String certain = last && silent ? "" : text.append(ids[index]);
        if (last && !text.stopped()) {
            certain += text.finish();
        }
        return token(index, certain);
    }

    /** One of the tokens. */
    Token token(int index, String text) {
        OptionalDouble probability = scored ? OptionalDouble.of(probabilities[index]) : OptionalDouble.empty();
        return new Token(ids[index], text, probability, best(index));
    }

    private List<Token.Candidate> best(int index) {
        List<Token.Candidate> best = new ArrayList<>(ranked);
        for (int i = index * ranked; i < (index + 1) * ranked && bestIds[i] != NONE; i++) {
            best.add(new Token.Candidate(bestIds[i], bestProbabilities[i]));
        }
        return best;
    }
}
