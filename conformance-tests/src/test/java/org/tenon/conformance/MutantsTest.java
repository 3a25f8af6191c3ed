package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.mutant.Change;
import org.tenon.conformance.mutant.Hunt;
import org.tenon.conformance.mutant.Mutant;
import org.tenon.conformance.mutant.Mutants;
import org.tenon.conformance.mutant.Mutation;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.Verdict;

/** The suite looks for faults that are made on purpose; that each is found, the conformance tests of the backends show. */
class MutantsTest {
    private static final int FEWEST = 25;

    /** A backend that asks for more scratch memory than it needs, which no run can find. */
    private static final Change HARMLESS = new Change() {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return correct.find(op, operands, outputs) instanceof Lookup.Native<B> kernel
                    ? kernel.workspace(step -> 64 + kernel.workspaceBytes().applyAsLong(step))
                    : correct.find(op, operands, outputs);
        }
    };

    /** A backend that is changed in no way. */
    private static final Change NONE = new Change() {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return correct.find(op, operands, outputs);
        }
    };

    @Test
    void thereAreManyAndAllDiffer() {
        List<String> names = Mutants.all().stream().map(Mutant::name).toList();
        assertTrue(names.size() >= FEWEST, "mutants: " + names.size());
        assertEquals(names.size(), names.stream().distinct().count());
    }

    @Test
    void anOpHasMutantsOfItsOwn() {
        List<Mutant> some = Mutants.among(new Selection.OfOp("Rope"));
        assertFalse(some.isEmpty());
        assertTrue(some.stream().allMatch(mutant -> mutant.part().startsWith("Rope/")), some.toString());
    }

    @Test
    void oneThatNobodyFindsSurvivesAndFailsTheReportThatNamesIt() {
        Suite suite = new CpuConformanceTest().suite();
        Selection part = new Selection.Containing("Iota/rows/3x17");
        Mutation mutation = new Hunt(suite).find(new Mutant("more scratch", "Iota/rows/3x17", HARMLESS));
        assertEquals(Mutation.Fate.SURVIVED, mutation.fate(), mutation.finding());

        Verdict verdict = Runs.of(suite, part, LocalDate.MIN);
        assertTrue(new Report(verdict, "here", List.of()).conforms());
        Report report = new Report(verdict, "here", List.of(mutation));
        assertFalse(report.conforms());
        assertEquals(List.of("more scratch"), report.survivors());
        assertTrue(Formats.markdown(report).contains("Of 1 mutants 0 were found."));
    }

    @Test
    void oneThatIsNoDifferentFromItsBackendProvesNothing() {
        Mutation mutation = new Hunt(new CpuConformanceTest().suite())
                .find(new Mutant("changed in no way", "Iota/rows/3x17", NONE));
        assertEquals(Mutation.Fate.NOT_APPLICABLE, mutation.fate(), mutation.finding());
    }
}
