package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.mutant.Change;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.Outcome.Status;
import org.tenon.conformance.worker.Workers;

/** A backend that kills its process in one kernel and hangs in another: the run goes on to its end and names both. */
class BrokenBackendTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Selection PART = new Selection.Containing("3x17/dense@native");

    /** Writes where nobody may. */
    private static void crash() {
        MemorySegment.ofAddress(Integer.BYTES).reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 1);
    }

    private static void hang() {
        try {
            Thread.sleep(Duration.ofMinutes(10));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    /** Crashes where rows are counted, hangs where F32 is filled in. */
    private static final Change BROKEN = new Change() {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return switch (op) {
                case Iota _ -> kernel((_, _) -> crash());
                case Fill _ -> kernel((_, _) -> hang());
                default -> correct.find(op, operands, outputs);
            };
        }

        private static <B extends Operands<Buffer>> Lookup<B> kernel(Launch launch) {
            return Lookup.kernel((_, _, _) -> launch);
        }
    };

    /** The suite of that backend, made in the worker as well. */
    static final class BrokenSuite implements SuiteSource {
        @Override
        public Suite suite() {
            return new Suite(
                    ChangedProvider.with(BROKEN),
                    Optional.empty(),
                    Profile.CORE,
                    new Judge(Oracles.standard(), Precision.F32),
                    List.of(),
                    List.of());
        }
    }

    @Test
    void theRunEndsAndNamesBoth() {
        BrokenSuite source = new BrokenSuite();
        List<Result> results = new Workers(source, source.suite(), PATIENCE).run(PART, (_, _) -> {});
        assertEquals(source.suite().runs(PART).size(), results.size());
        for (Result result : results) {
            Status expected = switch (result.op()) {
                case "Iota" -> Status.CRASHED;
                case "Fill" -> Status.TIMED_OUT;
                default -> Status.PASSED;
            };
            if (result.outcome().status() != Status.UNSUPPORTED) {
                assertEquals(expected, result.outcome().status(), result.toString());
            }
        }
        Report report = new Report(new Verdict(source.suite(), PART, results, LocalDate.MIN), "here", List.of());
        assertFalse(report.conforms());
        assertTrue(report.faults().stream()
                .anyMatch(fault -> fault.token().startsWith("Iota/rows/3x17/")
                        && fault.reason().startsWith("CRASHED: the process died")));
        assertTrue(report.faults().stream()
                .anyMatch(fault -> fault.token().startsWith("Fill/I32/3x17/")
                        && fault.reason().startsWith("TIMED_OUT: no end after PT2S")));
        assertTrue(results.stream().anyMatch(result -> result.outcome().status() == Status.PASSED));
        assertTrue(Formats.markdown(report).contains("SIGSEGV"), Formats.markdown(report));
    }
}
