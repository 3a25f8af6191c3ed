package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.onnx.OnnxCases;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.trial.Judge;

/** What ONNX publishes and what the suite's oracles say is the same, or a case fails. */
class OnnxCasesTest {
    private static final Judge JUDGE = new Judge(OnnxCases.with(Oracles.standard()), Precision.F32);

    private static List<Case> cases() {
        return new OnnxCases().cases().toList();
    }

    @Test
    void everyExportedCaseIsStatedAndTheOracleAgreesWithIt() {
        List<Case> cases = cases();
        assertTrue(cases.size() >= 140, "cases: " + cases.size());
        for (Case each : cases) {
            Exact expected = JUDGE.expected(each).getFirst();
            assertEquals(each.published().orElseThrow().count(), expected.count(), each.id());
        }
    }

    @Test
    void aPublishedNumberThatTheOracleDoesNotGiveIsAFault() {
        for (Case each : cases()) {
            Given published = each.published().orElseThrow();
            double[] other = new double[published.count()];
            for (int i = 0; i < other.length; i++) {
                other[i] = published.value(i);
            }
            int last = other.length - 1;
            other[last] = Double.isFinite(other[last]) ? other[last] + 1 : 0;
            Given wrong = new Given(published.type(), published.shape(), published.lie(), other);
            Case changed = new Case(
                    each.id(), each.op(), each.in(), each.outputs(), each.step(), each.most(), Optional.of(wrong));
            assertThrows(IllegalStateException.class, () -> JUDGE.expected(changed), each.id());
        }
    }
}
