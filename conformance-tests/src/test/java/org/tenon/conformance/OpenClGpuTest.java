package org.tenon.conformance;

import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import java.util.Map;
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
    private static final List<String> OPS = List.of("Linear", "RmsNorm", "LayerNorm");

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
            report = new Execution(this, new Selection.Kernels(OPS), false, Execution.MOST_PER_RUN)
                    .apart((done, total) -> {});
        } catch (BackendAbsent absence) {
            return Stream.of(
                    DynamicTest.dynamicTest("OpenCL is not there", () -> abort(String.valueOf(absence.getMessage()))));
        }
        Map<String, List<Result>> byOp = report.verdict().results().stream().collect(groupingBy(Result::op));
        return OPS.stream()
                .map(op -> DynamicTest.dynamicTest(
                        op,
                        () -> byOp.get(op)
                                .forEach(result -> assertEquals(
                                        Outcome.Status.PASSED,
                                        result.outcome().status(),
                                        () -> result.id() + ": "
                                                + result.outcome().message()))));
    }
}
