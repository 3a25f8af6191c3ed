package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.mutant.Change;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.suite.KnownFailure;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Judge;

/** A failure that is known is waited for, but not for ever, and not in silence. */
class KnownFailureTest {
    private static final LocalDate EXPIRES = LocalDate.of(2030, 1, 1);
    private static final Selection PART = new Selection.Containing("Iota/rows/3x17/dense");

    private static final Change COUNTS_NOTHING = new Change() {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return op instanceof Iota ? Lookup.kernel((_, _, _) -> (_, _) -> {}) : correct.find(op, operands, outputs);
        }
    };

    private static Verdict verdict(String known, Selection part, LocalDate today) {
        Suite suite = new Suite(
                ChangedProvider.with(COUNTS_NOTHING),
                Optional.empty(),
                Profile.CORE,
                new Judge(Oracles.standard(), Precision.F32),
                List.of(),
                List.of(new KnownFailure(Pattern.compile(known), "counts nothing", "https://example.org/1", EXPIRES)));
        return Runs.of(suite, part, today);
    }

    private static String fault(Verdict verdict) {
        assertFalse(verdict.conforms());
        return verdict.fault(verdict.results().getFirst()).orElseThrow();
    }

    @Test
    void itIsWaitedForUntilItExpires() {
        assertTrue(verdict("^Iota/rows", PART, EXPIRES.minusDays(1)).conforms());
        String expired = fault(verdict("^Iota/rows", PART, EXPIRES));
        assertTrue(expired.contains("expired on 2030-01-01") && expired.contains("https://example.org/1"), expired);
    }

    @Test
    void oneThatIsNotOnTheListFails() {
        assertTrue(fault(verdict("^Rope", PART, EXPIRES.minusDays(1))).startsWith("FAILED: element "));
    }

    @Test
    void oneThatPassesComesOffTheList() {
        Selection fill = new Selection.Containing("Fill/I32/3x17/dense");
        String passes = fault(verdict("^Fill", fill, EXPIRES.minusDays(1)));
        assertTrue(passes.contains("passes, although its failure is known"), passes);
    }

    @Test
    void itNeedsAReasonAndALink() {
        Pattern all = Pattern.compile("");
        assertThrows(IllegalArgumentException.class, () -> new KnownFailure(all, " ", "https://a", EXPIRES));
        assertThrows(IllegalArgumentException.class, () -> new KnownFailure(all, "why", "", EXPIRES));
        assertEquals("why", new KnownFailure(all, "why", "https://a", EXPIRES).reason());
    }
}
