package org.tenon.conformance.law;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Stepper;
import org.tenon.conformance.trial.Candidate;
import org.tenon.models.Tenon;

/** A tiny model on a candidate. */
final class OpenModel implements AutoCloseable {
    /** Decides on the weights. */
    static final long SEED = 7;

    /** Two blocks and a half, so that tables of sources differ. */
    private static final int LONGEST_SOURCE = 40;

    /** Sources that a step may have to compute at once. */
    private static final int SEQUENCES = 4;

    private final Tenon tenon;
    private final GenerativeModel model;

    private OpenModel(Tenon tenon, GenerativeModel model) {
        this.tenon = tenon;
        this.model = model;
    }

    /** Loads a model; {@code change} wraps the backend. */
    static OpenModel open(
            Candidate candidate,
            ModelSpec spec,
            List<LayerProvider<?>> layers,
            Numerics numerics,
            Limits limits,
            UnaryOperator<Backend> change) {
        boolean behindEncoder = spec.kind() == ModelSpec.Kind.SEQ2SEQ;
        Limits enough = behindEncoder ? limits.rows(SEQUENCES * LONGEST_SOURCE) : limits;
        Tenon tenon = tenon(candidate, layers, numerics, enough, change);
        try {
            return new OpenModel(tenon, behindEncoder ? tenon.createSeq2Seq(spec, SEED) : tenon.create(spec, SEED));
        } catch (RuntimeException | Error failure) {
            tenon.close();
            throw failure;
        }
    }

    /** Tenon on a candidate; {@code change} wraps the backend. */
    static Tenon tenon(
            Candidate candidate,
            List<LayerProvider<?>> layers,
            Numerics numerics,
            Limits limits,
            UnaryOperator<Backend> change) {
        Tenon.Builder builder = Tenon.builder()
                .backend(new Changed(candidate, change))
                .activations(numerics.activations())
                .reproducibility(numerics.reproducibility())
                .limits(limits);
        for (LayerProvider<?> layer : layers) {
            builder = builder.layer(layer);
        }
        return builder.open();
    }

    GenerativeModel model() {
        return model;
    }

    /** The model, where it has no encoder: its sequences can be held as sessions. */
    CausalModel causal() {
        return (CausalModel) model;
    }

    /** Opens a sequence that is to have these ids; behind an encoder, with a source that follows from them. */
    Stepper.Sequence open(Stepper stepper, int[] ids) {
        if (model.spec().kind() != ModelSpec.Kind.SEQ2SEQ) {
            return stepper.open();
        }
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(ids));
        int length = random.nextInt(1, LONGEST_SOURCE + 1);
        return stepper.open(random.ints(length, 0, model.vocabulary()).toArray());
    }

    /** Saves it as a folder. */
    void save(Path folder) {
        tenon.save(model, folder);
    }

    /** Loads a folder on the same candidate; the caller closes the model. */
    CausalModel load(Path folder) {
        return tenon.causal(folder);
    }

    /** The logits of a new sequence's tokens, so many in each step: {@code [ids, vocabulary]}. */
    float[][] logits(int[] ids, int chunk) {
        try (Stepper stepper = model.stepper()) {
            return logits(stepper, open(stepper, ids), ids, chunk);
        }
    }

    /** The logits of tokens that are appended to a sequence. */
    static float[][] logits(Stepper stepper, Stepper.Sequence sequence, int[] ids, int chunk) {
        List<float[]> all = new ArrayList<>();
        for (int from = 0; from < ids.length; from += chunk) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + chunk));
            all.addAll(List.of(stepper.step(List.of(Stepper.Chunk.of(sequence, part)))));
        }
        return all.toArray(float[][]::new);
    }

    @Override
    public void close() {
        model.close();
        tenon.close();
    }
}
