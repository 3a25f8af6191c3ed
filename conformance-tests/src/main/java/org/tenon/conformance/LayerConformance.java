package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Refused;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.CaseSource;
import org.tenon.conformance.law.LayerLaws;
import org.tenon.conformance.law.TinyModel;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.trial.Candidate;
import org.tenon.conformance.trial.Check;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.KernelTrial;
import org.tenon.conformance.trial.OpenedTrial;
import org.tenon.conformance.trial.Outcome;
import org.tenon.models.architecture.Architecture;

/**
 * The part of the suite that layers are held to. A layer's author extends it and names layers of that kind:
 *
 * <pre>{@code
 * class RetentionConformanceTest extends LayerConformance {
 *     @Override
 *     protected List<LayerSpec> layers() {
 *         return List.of(new Retention(4), new Retention(1));
 *     }
 * }
 * }</pre>
 *
 * <p>Each layer stands in a tiny model of random weights, on each backend that is found. What is checked are the laws of
 * {@link LayerLaws}, and the author's cases of the ops that come with the layer, on a backend's own kernel where it has one, and opened up. The
 * layer's provider is found by {@link ServiceLoader}.
 */
public abstract class LayerConformance {
    private static final int HIDDEN = 64;
    private static final int VOCABULARY = 48;
    private static final int LAYERS = 2;

    /** For the test's class, which has a constructor without arguments. */
    protected LayerConformance() {}

    /** {@return the layers to be tested, of different sizes and choices; at least one} */
    protected abstract List<? extends LayerSpec> layers();

    /**
     * The model that a layer is tested in, of two layers, of width 64 and of a context of {@link TinyModel#CONTEXT} or more. As it stands, the layer mixes positions in the
     * usual block; whose layer does something else puts it elsewhere.
     *
     * @param layer the layer
     * @return the model's architecture
     */
    protected ModelSpec model(LayerSpec layer) {
        return Architecture.decoder(HIDDEN, VOCABULARY)
                .context(TinyModel.CONTEXT)
                .norm(rmsNorm(1e-5))
                .layers(LAYERS, _ -> block(layer, swiGlu(HIDDEN)))
                .tiedHead()
                .build();
    }

    /** {@return the backends to test on: those that are found and there, unless overridden; at least one} */
    protected List<BackendProvider> backends() {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.presence().available())
                .toList();
    }

    /** {@return cases of the ops that come with the layer} */
    protected List<CaseSource> cases() {
        return List.of();
    }

    /** {@return the oracles of the ops; add those of {@link #cases} to the standard ones} */
    protected Oracles oracles() {
        return Oracles.standard();
    }

    /**
     * Runs the layer part of the suite.
     *
     * @return a container for each backend and layer, and one for each backend and its cases
     */
    @TestFactory
    final List<DynamicNode> conforms() {
        List<BackendProvider> backends = backends();
        assertTrue(
                !backends.isEmpty(), "there is no backend to test on: put one such as tenon-backend-cpu on the path");
        assertTrue(!layers().isEmpty(), "there is no layer to test");
        List<Case> cases = cases().stream().flatMap(CaseSource::cases).toList();
        List<DynamicNode> nodes = new ArrayList<>();
        for (BackendProvider backend : backends) {
            Candidate candidate = new Candidate(backend, backend.devices().getFirst(), Precision.F32);
            for (LayerSpec layer : layers()) {
                nodes.add(laws(candidate, layer));
            }
            if (!cases.isEmpty()) {
                nodes.add(DynamicContainer.dynamicContainer(
                        "ops on " + backend.name(),
                        cases.stream().map(each -> DynamicTest.dynamicTest(each.id(), () -> judge(each, candidate)))));
            }
        }
        return nodes;
    }

    /** What a backend refuses is skipped with its reason; a layer of which nothing was checked fails. */
    private DynamicNode laws(Candidate candidate, LayerSpec layer) {
        AtomicInteger passed = new AtomicInteger();
        List<DynamicTest> tests = new ArrayList<>();
        for (Check law : LayerLaws.of(TinyModel.of(layer.toString(), model(layer)))) {
            tests.add(DynamicTest.dynamicTest(law.id(), () -> {
                settle(checked(law, candidate));
                passed.incrementAndGet();
            }));
        }
        tests.add(DynamicTest.dynamicTest(
                "something was checked",
                () -> assertTrue(
                        passed.get() > 0,
                        () -> layer + " passed no law on "
                                + candidate.provider().name())));
        return DynamicContainer.dynamicContainer(
                layer + " on " + candidate.provider().name(), tests);
    }

    private static Outcome checked(Check law, Candidate candidate) {
        try {
            return law.run(candidate);
        } catch (Refused refusal) {
            return Outcome.unsupported(String.valueOf(refusal.getMessage()));
        }
    }

    private void judge(Case each, Candidate candidate) {
        Judge judge = new Judge(oracles(), candidate.precision());
        for (DType type : each.activations()) {
            try (Backend backend = candidate.open(Numerics.of(type))) {
                settle(new OpenedTrial().run(each, backend, judge));
                Outcome natively = new KernelTrial().run(each, backend, judge);
                if (natively.status() != Outcome.Status.UNSUPPORTED) { // a kernel is no duty
                    settle(natively);
                }
            } catch (Refused refusal) {
                abort(String.valueOf(refusal.getMessage()));
            }
        }
    }

    private static void settle(Outcome outcome) {
        switch (outcome.status()) {
            case PASSED -> {}
            case UNSUPPORTED -> abort(outcome.message());
            default -> fail(outcome.message());
        }
    }
}
