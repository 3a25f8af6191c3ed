package org.tenon.conformance.law;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tenon.api.backend.Numerics;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Stepper;
import org.tenon.conformance.law.Law.Ground;
import org.tenon.conformance.trial.Check;
import org.tenon.conformance.trial.Outcome;

/** What a layer is held to: the {@link Laws} of every model that it stands in, and those of what it declares. */
public final class LayerLaws {
    private static final int TOKENS = 40;

    private LayerLaws() {}

    /**
     * The laws of a model with the layer.
     *
     * @param model the model
     * @return a check for each law, type of activations and promise
     */
    public static List<Check> of(TinyModel model) {
        List<Check> checks = new ArrayList<>(Laws.of(model));
        checks.add(new Law("saved is loaded", model, Numerics.F32, LayerLaws::savedIsLoaded));
        checks.add(new Law("no token leaves no trace", model, Numerics.F32, LayerLaws::noTokenLeavesNoTrace));
        return List.copyOf(checks);
    }

    /** The architecture and each parameter come back from a folder as they were: names, shapes and bits. */
    private static Outcome savedIsLoaded(Ground ground) {
        int[] ids = ground.ids(TOKENS, 1);
        Agreement agreement = Agreement.exact();
        try (OpenModel model = ground.open()) {
            Path folder = Files.createTempDirectory("tenon-layer");
            try {
                model.save(folder);
                try (CausalModel loaded = model.load(folder);
                        Stepper stepper = loaded.stepper()) {
                    if (!loaded.spec().equals(model.model().spec())) {
                        return Outcome.failed(
                                "what was saved as " + model.model().spec() + " was loaded as " + loaded.spec());
                    }
                    float[][] found = OpenModel.logits(stepper, stepper.open(), ids, ids.length);
                    agreement.compare("the loaded model", model.logits(ids, ids.length), found);
                }
            } finally {
                delete(folder);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return agreement.outcome();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** A step without rows changes nothing, nor does one whose rows nobody wants the output of change what comes after. */
    private static Outcome noTokenLeavesNoTrace(Ground ground) {
        int[] ids = ground.ids(TOKENS, 2);
        Agreement agreement = ground.agreement();
        try (OpenModel model = ground.open()) {
            float[][] whole = model.logits(ids, ids.length);
            try (Stepper stepper = model.model().stepper()) {
                Stepper.Sequence sequence = stepper.open();
                int[] first = Arrays.copyOf(ids, TOKENS / 2);
                int[] rest = Arrays.copyOfRange(ids, TOKENS / 2, TOKENS);
                stepper.step(List.of());
                stepper.step(List.of(Stepper.Chunk.of(sequence, first).outputs(0)));
                stepper.step(List.of());
                float[][] found = OpenModel.logits(stepper, sequence, rest, rest.length);
                agreement.compare("after it", Arrays.copyOfRange(whole, TOKENS / 2, TOKENS), found);
            }
        }
        return agreement.outcome();
    }
}
