package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.time.Duration;
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
import org.tenon.conformance.cases.CaseSource;
import org.tenon.conformance.execution.BackendAbsent;
import org.tenon.conformance.execution.Execution;
import org.tenon.conformance.mutant.Mutation;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.KnownFailure;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.Outcome;

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

    /** {@return how long one run may take before its process is ended} */
    protected Duration mostPerRun() {
        return Execution.MOST_PER_RUN;
    }

    /**
     * Is called with the report of the whole suite, once it is written. Does nothing unless overridden.
     *
     * @param report the report
     */
    protected void reported(Report report) {
        // for those who publish it
    }

    @Override
    public final Suite suite() {
        return new Suite(provider(), device(), profile(), new Judge(oracles(), precision()), cases(), knownFailures());
    }

    /** {@return whether mutants of the backend are looked for as well, which takes half a minute or so} */
    protected boolean mutants() {
        return true;
    }

    /**
     * Runs the suite.
     *
     * @return a container for each op, a test for each run, one for the profile, and one for each mutant
     */
    @TestFactory
    final List<DynamicNode> conforms() {
        Selection selection = new Selection.Containing(System.getProperty("org.tenon.conformance.cases", ""));
        Execution execution = new Execution(this, selection, mutants(), mostPerRun());
        Report report;
        try {
            report = Boolean.getBoolean("org.tenon.conformance.inProcess")
                    ? execution.here()
                    : execution.apart((done, total) -> {});
        } catch (BackendAbsent absence) {
            return List.of(DynamicTest.dynamicTest(
                    provider().name() + " is not there", () -> abort(String.valueOf(absence.getMessage()))));
        }
        Formats.write(report, Path.of("target", "conformance", report.backend()));
        List<DynamicNode> nodes = nodes(report);
        if (selection.whole()) {
            nodes.add(DynamicTest.dynamicTest("report", () -> reported(report)));
        }
        return nodes;
    }

    private static List<DynamicNode> nodes(Report report) {
        Map<String, List<DynamicTest>> byOp = new LinkedHashMap<>();
        for (Result result : report.verdict().results()) {
            byOp.computeIfAbsent(result.op(), _ -> new ArrayList<>())
                    .add(DynamicTest.dynamicTest(name(result), () -> check(report.verdict(), result)));
        }
        List<DynamicNode> nodes = new ArrayList<>();
        byOp.forEach((op, tests) -> nodes.add(DynamicContainer.dynamicContainer(op, tests)));
        nodes.add(DynamicTest.dynamicTest(
                "profile " + report.profile(),
                () -> assertEquals(List.of(), report.verdict().missing())));
        nodes.add(DynamicContainer.dynamicContainer(
                "mutants",
                report.mutants().stream()
                        .map(mutation -> DynamicTest.dynamicTest(
                                mutation.mutant().name(),
                                () -> assertEquals(Mutation.Fate.KILLED, mutation.fate(), mutation.finding())))));
        return nodes;
    }

    private static String name(Result result) {
        return result.outcome().status() == Outcome.Status.UNSUPPORTED ? result.id() + " (no kernel)" : result.id();
    }

    private static void check(Verdict verdict, Result result) {
        verdict.fault(result)
                .ifPresent(reason -> fail(reason + "\nreplay: " + result.id()
                        + "\nunder a debugger: -Dorg.tenon.conformance.inProcess=true "
                        + "\"-Dorg.tenon.conformance.cases=" + result.id() + "\""));
    }
}
