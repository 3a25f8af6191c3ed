package org.tenon.models.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tenon.api.TenonException;
import org.tenon.api.layer.Declaration.LengthDependence;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Model;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.api.model.Stepper;
import org.tenon.api.tensor.DType;
import org.tenon.models.checkpoint.ReferenceFile;

/**
 * Holds a model against a golden. A causal model, and a decoder behind its encoder: the reference's logits by whole prefill, in chunks, token by token, and as one ragged batch of all
 * cases; then its greedy continuations. An encoder: all that the reference says, of each case alone and as one ragged batch.
 *
 * @param bound the largest deviation allowed, as a part of the range of the case's reference logits
 * @param ways how the logits were computed, and how far they were off
 * @param continuations the greedy continuations, one for each case that has one
 */
public record Verification(double bound, List<Way> ways, List<Continuation> continuations) {
    /** The rows of a chunk; a prime, so that chunks end at odd places. */
    private static final int CHUNK = 7;

    /**
     * Copies the lists.
     *
     * @param bound the largest deviation allowed
     * @param ways how the logits were computed
     * @param continuations the greedy continuations
     */
    public Verification {
        ways = List.copyOf(ways);
        continuations = List.copyOf(continuations);
    }

    /**
     * One way to compute the logits of all cases.
     *
     * @param name what it is
     * @param deviation the largest difference from the reference, as a part of the range of the case's reference logits
     * @param worst the case that it was found in
     * @param compared how many cases were compared
     * @param left why the other cases can't be compared in this way, if there are any
     */
    public record Way(String name, double deviation, int worst, int compared, Optional<String> left) {}

    /**
     * A greedy continuation.
     *
     * @param number the case
     * @param compared how many tokens were compared
     * @param difference the first token that differs, if one does
     * @param ended why the comparison ended early, if it did
     */
    public record Continuation(int number, int compared, Optional<Difference> difference, Optional<String> ended) {}

    /**
     * A token that differs.
     *
     * @param position its place in the continuation
     * @param expected the reference's token
     * @param found the model's
     */
    public record Difference(int position, int expected, int found) {}

    /** {@return whether every way stayed within the bound and every continuation is the reference's} */
    public boolean passed() {
        return ways.stream().allMatch(way -> way.deviation() <= bound)
                && continuations.stream().allMatch(one -> one.difference().isEmpty());
    }

    /**
     * The bound for a type of activations.
     *
     * @param activations F32, BF16 or F16
     * @return the largest deviation allowed, as a part of the range
     */
    public static double bound(DType activations) {
        if (activations.equals(DType.F32)) {
            return 1e-4;
        }
        return activations.equals(DType.F16) ? 5e-3 : 2e-2;
    }

    /**
     * What a model must have room for so that it can be verified.
     *
     * @param reference the golden
     * @return the rows of all cases together, an encoder's or a decoder's: rows and outputs of one step
     */
    public static int rows(ReferenceFile reference) {
        int rows = reference.cases().stream()
                .mapToInt(one -> one.inputIds().length)
                .sum();
        int decoded = reference.cases().stream()
                .mapToInt(one -> one.decoderInputIds().length)
                .sum();
        return Math.max(rows, decoded);
    }

    /**
     * The longest sequence that verifying needs.
     *
     * @param reference the golden
     * @return tokens, those of the continuation included
     */
    public static int context(ReferenceFile reference) {
        return reference.cases().stream()
                .mapToInt(one ->
                        Math.max(one.inputIds().length, one.decoderInputIds().length) + one.generatedIds().length)
                .max()
                .orElse(0);
    }

    /**
     * Verifies a model that gives tokens.
     *
     * @param model has room for a sequence of each case and for {@link #rows} rows and outputs in a step
     * @param reference the golden, of a model of the same kind
     * @param dependences where the model's reference breaks the law that prefill in chunks is whole prefill
     * @return what was found
     * @throws TenonException when there is nothing to compare
     */
    public static Verification of(GenerativeModel model, ReferenceFile reference, List<LengthDependence> dependences) {
        String kind = model instanceof Seq2SeqModel ? "seq2seq" : "causal";
        List<GoldenCase> cases = reference.cases().stream()
                .filter(one -> one.logits().isPresent())
                .map(GoldenCase::of)
                .toList();
        if (cases.isEmpty() || !reference.autoClass().equals(kind)) {
            throw new TenonException(reference + ", of the kind \"" + reference.autoClass()
                    + "\": there are no logits of a " + kind + " model to compare with");
        }
        double bound = bound(model.numerics().activations());
        List<Way> ways = new ArrayList<>();
        List<Continuation> continuations = new ArrayList<>();
        try (Stepper stepper = model.stepper()) {
            ways.add(way("whole prefill", cases, List.of(), one -> prefill(stepper, one, one.length())));
            ways.add(way("chunks of " + CHUNK, cases, dependences, one -> prefill(stepper, one, CHUNK)));
            ways.add(way("token by token", cases, dependences, one -> prefill(stepper, one, 1)));
            float[][] together = batch(stepper, cases);
            ways.add(way("one ragged batch", cases, List.of(), one -> part(together, cases, one)));
            for (GoldenCase one : cases) {
                if (one.generated().length > 0) {
                    continuations.add(continuation(stepper, one, bound));
                }
            }
        }
        return new Verification(bound, ways, continuations);
    }

    /**
     * Verifies a model of whatever kind it is.
     *
     * @param model has room for what its kind needs
     * @param reference the golden, of a model of its kind
     * @param dependences where the model's reference breaks the law that prefill in chunks is whole prefill
     * @return what was found
     * @throws TenonException when there is nothing to compare
     */
    public static Verification of(Model model, ReferenceFile reference, List<LengthDependence> dependences) {
        return switch (model) {
            case GenerativeModel generative -> of(generative, reference, dependences);
            case EncoderModel encoder -> of(encoder, reference);
            default -> throw new TenonException(reference + ": " + model.spec().kind() + " can't be verified");
        };
    }

    /**
     * Verifies an encoder: last hidden states, what its pooler gives and the logits of its head, of each case alone and of all in one ragged batch.
     *
     * @param model has room for a sequence of each case and for {@link #rows} rows in a step
     * @param reference the golden, of an encoder
     * @return what was found
     * @throws TenonException when there is nothing to compare
     */
    public static Verification of(EncoderModel model, ReferenceFile reference) {
        List<Way> ways = new EncoderWays(model, reference).ways();
        return new Verification(bound(model.numerics().activations()), ways, List.of());
    }

    /** Computes the logits of a case, {@code [n, vocabulary]}. */
    @FunctionalInterface
    private interface Compute {
        float[][] logits(GoldenCase one);
    }

    private static Way way(String name, List<GoldenCase> cases, List<LengthDependence> dependences, Compute compute) {
        double deviation = 0;
        int worst = -1;
        int compared = 0;
        Optional<String> left = Optional.empty();
        for (GoldenCase one : cases) {
            Optional<String> reason = dependences.stream()
                    .filter(dependence -> one.length() > dependence.beyond())
                    .map(LengthDependence::reason)
                    .findFirst();
            if (reason.isPresent()) {
                left = reason;
                continue;
            }
            double found = one.deviation(compute.logits(one));
            compared++;
            if (worst < 0 || found > deviation) {
                deviation = found;
                worst = one.number();
            }
        }
        return new Way(name, deviation, worst, compared, left);
    }

    private static float[][] prefill(Stepper stepper, GoldenCase one, int chunk) {
        try (Stepper.Sequence sequence = open(stepper, one)) {
            return prefill(stepper, sequence, one, chunk);
        }
    }

    private static Stepper.Sequence open(Stepper stepper, GoldenCase one) {
        return one.source().length == 0 ? stepper.open() : stepper.open(one.source());
    }

    private static float[][] prefill(Stepper stepper, Stepper.Sequence sequence, GoldenCase one, int chunk) {
        float[][] logits = new float[one.length()][];
        for (int at = 0; at < one.length(); at += chunk) {
            int[] ids = one.ids(at, Math.min(one.length(), at + chunk));
            float[][] rows = stepper.step(List.of(Stepper.Chunk.of(sequence, ids)));
            System.arraycopy(rows, 0, logits, at, rows.length);
        }
        return logits;
    }

    private static float[][] batch(Stepper stepper, List<GoldenCase> cases) {
        List<Stepper.Sequence> open = new ArrayList<>();
        List<Stepper.Chunk> chunks = new ArrayList<>();
        try {
            for (GoldenCase one : cases) {
                Stepper.Sequence sequence = open(stepper, one);
                open.add(sequence);
                chunks.add(Stepper.Chunk.of(sequence, one.ids(0, one.length())));
            }
            return stepper.step(chunks);
        } finally {
            open.forEach(Stepper.Sequence::close);
        }
    }

    private static float[][] part(float[][] together, List<GoldenCase> cases, GoldenCase wanted) {
        int from = 0;
        for (GoldenCase one : cases) {
            if (one.number() == wanted.number()) {
                break;
            }
            from += one.length();
        }
        return Arrays.copyOfRange(together, from, from + wanted.length());
    }

    private static Continuation continuation(Stepper stepper, GoldenCase one, double bound) {
        try (Stepper.Sequence sequence = open(stepper, one)) {
            float[] last =
                    stepper.step(List.of(Stepper.Chunk.of(sequence, one.begin()).outputs(1)))[0];
            int[] expected = one.generated();
            for (int position = 0; position < expected.length; position++) {
                int found = argmax(last);
                if (found != expected[position]) {
                    return one.margin(position) < 2 * bound * one.range()
                            ? new Continuation(
                                    one.number(),
                                    position,
                                    Optional.empty(),
                                    Optional.of(
                                            "the reference's two best logits are closer than twice the bound at token "
                                                    + position))
                            : new Continuation(
                                    one.number(),
                                    position,
                                    Optional.of(new Difference(position, expected[position], found)),
                                    Optional.empty());
                }
                if (position + 1 < expected.length) {
                    last = stepper.step(List.of(Stepper.Chunk.of(sequence, found)))[0];
                }
            }
            return new Continuation(one.number(), expected.length, Optional.empty(), Optional.empty());
        }
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
