package org.tenon.conformance.law;

import static org.tenon.api.model.Sampling.sampling;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tenon.api.model.Request;
import org.tenon.api.model.Session;
import org.tenon.api.model.Stepper;
import org.tenon.api.model.Token;
import org.tenon.conformance.law.Law.Ground;
import org.tenon.conformance.trial.Outcome;

/** Where keys and values lie makes no difference, nor what lay there before. */
final class CacheLaws {
    /** A block that holds every sequence. */
    private static final int CONTIGUOUS = 1 << 10;

    private static final int LONG = 140;
    private static final int CHUNK = 11;

    private CacheLaws() {}

    /** Blocks of any size are one large one. */
    static Outcome pagedIsContiguous(Ground ground) {
        return sizes(ground, ground.ids(LONG, 1), CHUNK, 16, 48, 64);
    }

    /** A window that rolls over its blocks is one that lies in a cache of the whole sequence. */
    static Outcome rollingIsContiguous(Ground ground) {
        return sizes(ground, ground.ids(TinyModel.CONTEXT, 2), 2 * CHUNK, 16, 32);
    }

    private static Outcome sizes(Ground ground, int[] ids, int chunk, int... sizes) {
        Agreement agreement = ground.roughly();
        float[][] contiguous;
        try (OpenModel model = ground.open(Ground.blocks(CONTIGUOUS))) {
            contiguous = model.logits(ids, chunk);
        }
        for (int size : sizes) {
            try (OpenModel model = ground.open(Ground.blocks(size))) {
                agreement.compare("blocks of " + size, contiguous, model.logits(ids, chunk));
            }
        }
        return agreement.outcome();
    }

    /** As long as a window holds the whole sequence, it hides nothing. */
    static Outcome aWindowThatIsNotFullIsNone(Ground ground) {
        int[] ids = ground.ids(ground.tiny().window().orElseThrow().size(), 3);
        Agreement agreement = ground.roughly();
        try (OpenModel window = ground.open();
                OpenModel all = ground.openWithoutWindows()) {
            agreement.compare("with a window", all.logits(ids, ids.length), window.logits(ids, ids.length));
            agreement.compare("with a window, decode", all.logits(ids, 1), window.logits(ids, 1));
        }
        return agreement.outcome();
    }

    /** What is cut off, and was followed by something else meanwhile, leaves no trace. */
    static Outcome truncatedIsNeverGoneThere(Ground ground) {
        int[] ids = ground.ids(90, 4);
        Agreement agreement = ground.agreement();
        try (OpenModel model = ground.open()) {
            float[][] straight = model.logits(ids, CHUNK);
            try (Stepper stepper = model.model().stepper()) {
                Stepper.Sequence sequence = model.open(stepper, ids);
                OpenModel.logits(stepper, sequence, Arrays.copyOf(ids, 40), CHUNK);
                elsewhereAndBack(stepper, sequence, ground.ids(20, 5));
                OpenModel.logits(stepper, sequence, Arrays.copyOfRange(ids, 40, ids.length), CHUNK);
                for (int length : new int[] {88, 64, 33, 7, 0}) {
                    sequence.truncate(length);
                    elsewhereAndBack(stepper, sequence, ground.ids(20, 5 + length));
                    float[][] again =
                            OpenModel.logits(stepper, sequence, Arrays.copyOfRange(ids, length, ids.length), CHUNK + 2);
                    agreement.compare(
                            "from " + length + " on, again",
                            Arrays.copyOfRange(straight, length, straight.length),
                            again);
                }
            }
        }
        return agreement.outcome();
    }

    private static void elsewhereAndBack(Stepper stepper, Stepper.Sequence sequence, int[] other) {
        int length = sequence.length();
        OpenModel.logits(stepper, sequence, other, 5);
        sequence.truncate(length);
    }

    /** A fork and what it was forked from go on as if each had been alone from the beginning. */
    static Outcome aForkIsACopy(Ground ground) {
        Agreement agreement = ground.agreement();
        int[] base = ground.ids(37, 6);
        int[] here = ground.ids(9, 7);
        int[] there = ground.ids(20, 8);
        try (OpenModel model = ground.open();
                Session session = model.causal().session()) {
            next(session, base);
            int[] both = session.ids();
            try (Session fork = session.fork()) {
                float[] first = next(session, here);
                float[] second = next(fork, there);
                float[] third = next(session, there);
                int[] all = Arrays.copyOf(session.ids(), session.ids().length - 1);
                agreement.compare(
                        "a fork and its origin",
                        new float[][] {
                            alone(model, joined(both, here)), alone(model, joined(both, there)), alone(model, all)
                        },
                        new float[][] {first, second, third});
            }
        }
        return agreement.outcome();
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static float[] alone(OpenModel model, int[] ids) {
        try (Session session = model.causal().session()) {
            return next(session, ids);
        }
    }

    /** Appends ids and one token more; gives the logarithms of the probabilities of all ids for that token. */
    private static float[] next(Session session, int[] ids) {
        Token token = session.generate(Request.ids(ids)
                        .sampling(sampling()
                                .greedy()
                                .ignoreEndTokens()
                                .logProbabilities(Integer.MAX_VALUE)
                                .maxTokens(1)))
                .await()
                .tokens()
                .getFirst();
        float[] logarithms = new float[token.best().size()];
        token.best().forEach(each -> logarithms[each.id()] = (float) each.logProbability());
        return logarithms;
    }
}
