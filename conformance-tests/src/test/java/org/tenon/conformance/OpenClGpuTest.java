package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tenon.backend.opencl.OpenClProvider;
import org.tenon.backend.opencl.Variant;
import org.tenon.conformance.execution.BackendAbsent;
import org.tenon.conformance.execution.Execution;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.Outcome;

/**
 * The OpenCL kernels that are cut for GPUs, on whatever device this machine has: a processor runs them too, only slowly. Ops that are cut in one way for all
 * devices are tested once, by {@link OpenClConformanceTest}.
 */
public class OpenClGpuTest implements SuiteSource {
    /** Each type as an operand and as an output, but not every mixture: each is compiled for itself. */
    private static final List<String> CASES = List.of(
            "Linear/F32-F32-F32/",
            "Linear/BF16-BF16-BF16/",
            "Linear/F16-F16-F32/",
            "RmsNorm/F32-F32/",
            "LayerNorm/BF16-F32/",
            "LayerNorm/F32-F32/",
            "Reduce/",
            "Gather/",
            "Scatter/",
            "Attention/F32/",
            "Attention/BF16/ragged",
            "Attention/F16/5000 keys",
            "Rope/neighbours/BF16/",
            "Rope/halves/F32/",
            "Embedding/F16-F32/",
            "CacheWrite/F32/",
            "CacheWrite/F16/",
            "Binary/add/F32",
            "CausalConv/F32",
            "SelectiveScan/F32",
            "SelectiveScan/BF16",
            "StateSpaceDual/F32",
            "Experts/F32-F32-F32/",
            "Experts/BF16-BF16-BF16/",
            "TopK/");

    @Override
    public Suite suite() {
        return new Suite(
                new OpenClProvider(Variant.GPU),
                Optional.empty(),
                Profile.CORE,
                new Judge(Oracles.standard(), Precision.F32),
                List.of(),
                List.of());
    }

    @TestFactory
    Stream<DynamicTest> kernelsAreRight() {
        Report report;
        try {
            report = new Execution(this, new Selection.Kernels(CASES), false, Execution.MOST_PER_RUN)
                    .apart((done, total) -> {});
        } catch (BackendAbsent absence) {
            return Stream.of(
                    DynamicTest.dynamicTest("OpenCL is not there", () -> abort(String.valueOf(absence.getMessage()))));
        }
        return CASES.stream().map(cases -> DynamicTest.dynamicTest(cases, () -> right(cases, report)));
    }

    private static void right(String cases, Report report) {
        List<Result> results = report.verdict().results().stream()
                .filter(result -> result.id().startsWith(cases))
                .toList();
        assertFalse(results.isEmpty());
        for (Result result : results) {
            assertEquals(
                    Outcome.Status.PASSED,
                    result.outcome().status(),
                    () -> result.id() + ": " + result.outcome().message());
        }
    }
}
