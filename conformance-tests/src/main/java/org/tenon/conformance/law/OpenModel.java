package org.tenon.conformance.law;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Stepper;
import org.tenon.conformance.trial.Candidate;
import org.tenon.models.Tenon;

/** A tiny model on a candidate. */
final class OpenModel implements AutoCloseable {
    /** Decides on the weights. */
    static final long SEED = 7;

    private final Tenon tenon;
    private final CausalModel model;

    private OpenModel(Tenon tenon, CausalModel model) {
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
        Tenon tenon = tenon(candidate, layers, numerics, limits, change);
        try {
            return new OpenModel(tenon, tenon.create(spec, SEED));
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

    CausalModel model() {
        return model;
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
            return logits(stepper, stepper.open(), ids, chunk);
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
