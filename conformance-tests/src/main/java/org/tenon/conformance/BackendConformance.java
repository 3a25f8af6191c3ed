package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Presence;
import org.tenon.conformance.cases.CaseSource;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.KnownFailure;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.Outcome;
import org.tenon.conformance.worker.Workers;

/**
 * The conformance suite as a test class. A backend's author extends it and names the provider:
 *
 * <pre>{@code
 * class AcmeConformanceTest extends BackendConformance {
 *     @Override
 *     protected BackendProvider provider() {
 *         return new AcmeProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>Every case is a dynamic test. They are run in a process of their own, so that a kernel that kills it is one crashed case; reports are
 * written into {@code target/conformance/NAME}. Two system properties help where a case fails: {@code org.tenon.conformance.cases} is what
 * the ids of the cases to be run contain, and {@code org.tenon.conformance.inProcess=true} runs them in the test's own process, where a
 * debugger is.
 */
public abstract class BackendConformance implements SuiteSource {
    private static final Duration MOST_PER_RUN = Duration.ofMinutes(1);

    /** For the test's class, which has a constructor without arguments. */
    protected BackendConformance() {}

    /** {@return the backend to be tested; asked for in the test's process and in the worker's} */
    protected abstract BackendProvider provider();

    /** {@return the id of the device to be tested; the first one unless overridden} */
    protected Optional<String> device() {
        return Optional.empty();
    }

    /** {@return what the backend must be able to do} */
    protected Profile profile() {
        return Profile.CORE;
    }

    /** {@return how precise the backend is; bounds follow from it} */
    protected Precision precision() {
        return Precision.F32;
    }

    /** {@return failures that are known and waited for} */
    protected List<KnownFailure> knownFailures() {
        return List.of();
    }

    /** {@return cases beside Tenon's own, of ops that a plugin brings} */
    protected List<CaseSource> cases() {
        return List.of();
    }

    /** {@return the oracles of the ops; add those of a plugin's to the standard ones} */
    protected Oracles oracles() {
        return Oracles.standard();
    }

    @Override
    public final Suite suite() {
        return new Suite(provider(), device(), profile(), new Judge(oracles(), precision()), cases(), knownFailures());
    }

    /**
     * Runs the suite.
     *
     * @return a container for each op, a test for each run, and one for the profile
     */
    @TestFactory
    final List<DynamicNode> conforms() {
        Suite suite = suite();
        Presence presence = suite.provider().presence();
        if (!presence.available()) {
            return List.of(
                    DynamicTest.dynamicTest(suite.provider().name() + " is not there", () -> abort(presence.detail())));
        }
        String filter = System.getProperty("org.tenon.conformance.cases", "");
        List<Result> results =
                Boolean.getBoolean("org.tenon.conformance.inProcess") ? here(suite, filter) : apart(suite, filter);
        Verdict verdict = new Verdict(suite, results, LocalDate.now(ZoneOffset.UTC));
        Formats.write(
                new Report(verdict, suite.chosen().description()),
                Path.of("target", "conformance", suite.provider().name()));
        return nodes(verdict, filter.isEmpty());
    }

    private static List<Result> here(Suite suite, String filter) {
        List<Result> results = new ArrayList<>();
        try (Session session = new Session(suite)) {
            suite.runs(filter).forEach(run -> results.add(session.run(run)));
        }
        return results;
    }

    private List<Result> apart(Suite suite, String filter) {
        return new Workers(getClass(), suite, MOST_PER_RUN).run(filter);
    }

    private static List<DynamicNode> nodes(Verdict verdict, boolean whole) {
        Map<String, List<DynamicTest>> byOp = new LinkedHashMap<>();
        for (Result result : verdict.results()) {
            byOp.computeIfAbsent(result.op(), _ -> new ArrayList<>())
                    .add(DynamicTest.dynamicTest(name(result), () -> check(verdict, result)));
        }
        List<DynamicNode> nodes = new ArrayList<>();
        byOp.forEach((op, tests) -> nodes.add(DynamicContainer.dynamicContainer(op, tests)));
        if (whole) {
            nodes.add(DynamicTest.dynamicTest(
                    "profile " + verdict.suite().profile().name(), () -> assertEquals(List.of(), verdict.missing())));
        }
        return nodes;
    }

    private static String name(Result result) {
        return result.outcome().status() == Outcome.Status.UNSUPPORTED ? result.id() + " (no kernel)" : result.id();
    }

    private static void check(Verdict verdict, Result result) {
        verdict.fault(result)
                .ifPresent(reason -> fail(reason + "\nrun it again: -Dorg.tenon.conformance.inProcess=true "
                        + "\"-Dorg.tenon.conformance.cases=" + result.id() + "\""));
    }
}
