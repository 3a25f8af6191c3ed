package org.tenon.conformance;

import java.time.LocalDate;
import java.util.List;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.Verdict;

/** Runs of a suite in the test's own process. */
final class Runs {
    private Runs() {}

    static Verdict of(Suite suite, Selection selection, LocalDate today) {
        try (Session session = new Session(suite)) {
            List<Result> results =
                    suite.runs(selection).stream().map(session::run).toList();
            return new Verdict(suite, selection, results, today);
        }
    }
}
