package org.tenon.conformance.execution;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.tenon.api.backend.Presence;
import org.tenon.conformance.mutant.Mutation;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Progress;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.worker.Workers;

/**
 * An execution of a suite.
 *
 * @param source what the suite is made from, here and in the worker's process
 * @param selection which of its runs
 * @param mutants whether mutants of the backend are looked for as well
 * @param mostPerRun how long one run may take
 */
public record Execution(SuiteSource source, Selection selection, boolean mutants, Duration mostPerRun) {
    /** How long one run may take, unless somebody says otherwise. */
    public static final Duration MOST_PER_RUN = Duration.ofMinutes(1);

    /**
     * Runs in processes of their own: what kills one of them is a result.
     *
     * @param progress is told how many runs, and then mutants, are done
     * @return the report
     * @throws BackendAbsent when the backend can't be there
     * @throws org.tenon.conformance.suite.UnknownName when there is no such device, or no run is left
     */
    public Report apart(Progress progress) {
        Suite suite = present();
        Workers workers = new Workers(source, suite, mostPerRun);
        List<Result> results = workers.run(selection, progress);
        return report(suite, results, mutants ? workers.hunt(selection, progress) : List.of());
    }

    /**
     * Runs in this process, where a debugger is: without mutants.
     *
     * @return the report
     * @throws BackendAbsent when the backend can't be there
     * @throws org.tenon.conformance.suite.UnknownName when there is no such device, or no run is left
     */
    public Report here() {
        Suite suite = present();
        List<Result> results = new ArrayList<>();
        try (Session session = new Session(suite)) {
            suite.runs(selection).forEach(run -> results.add(session.run(run)));
        }
        return report(suite, results, List.of());
    }

    private Suite present() {
        Suite suite = source.suite();
        Presence presence = suite.provider().presence();
        if (!presence.available()) {
            throw new BackendAbsent(suite.provider().name(), presence);
        }
        suite.chosen();
        return suite;
    }

    private Report report(Suite suite, List<Result> results, List<Mutation> mutations) {
        Verdict verdict = new Verdict(suite, selection, results, LocalDate.now(ZoneOffset.UTC));
        return new Report(verdict, suite.chosen().description(), mutations);
    }
}
