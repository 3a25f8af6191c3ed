package org.tenon.conformance.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Outcome;

/** The figures of a verdict, by op and type of activations. Immutable. */
public final class Report {
    private final Verdict verdict;
    private final String device;
    private final List<Line> lines;

    /**
     * How an op did.
     *
     * @param op its name
     * @param type the type of activations
     * @param cases how many cases there are of each standing
     * @param worst the largest share of its bound that an element was off by
     * @param nanos the time that its runs took
     */
    public record Line(String op, String type, Map<Verdict.Standing, Integer> cases, double worst, long nanos) {
        /**
         * Copies the map.
         *
         * @param op its name
         * @param type the type of activations
         * @param cases how many cases there are of each standing
         * @param worst the largest share of its bound that an element was off by
         * @param nanos the time that its runs took
         */
        public Line {
            cases = Map.copyOf(cases);
        }

        /**
         * Cases of a standing.
         *
         * @param standing the standing
         * @return how many
         */
        public int count(Verdict.Standing standing) {
            return cases.getOrDefault(standing, 0);
        }
    }

    /**
     * A report.
     *
     * @param verdict what the results mean
     * @param device what the suite ran on
     */
    public Report(Verdict verdict, String device) {
        this.verdict = verdict;
        this.device = device;
        Map<String, Verdict.Standing> standings = verdict.cases();
        Map<String, Sum> sums = new TreeMap<>();
        for (Result result : verdict.results()) {
            Sum sum = sums.computeIfAbsent(result.op() + " " + result.type(), _ -> new Sum(result.op(), result.type()));
            sum.add(result, standings);
        }
        this.lines = sums.values().stream().map(Sum::line).toList();
    }

    private static final class Sum {
        private final String op;
        private final String type;
        private final Map<Verdict.Standing, Integer> cases = new EnumMap<>(Verdict.Standing.class);
        private double worst;
        private long nanos;

        Sum(String op, String type) {
            this.op = op;
            this.type = type;
        }

        void add(Result result, Map<String, Verdict.Standing> standings) {
            worst = Math.max(worst, result.outcome().worst());
            nanos += result.nanos();
            if (!result.way().equals("opened")) { // each case has one other run
                cases.merge(standings.get(result.caseId()), 1, Integer::sum);
            }
        }

        Line line() {
            return new Line(op, type, cases, worst, nanos);
        }
    }

    /** {@return the verdict} */
    public Verdict verdict() {
        return verdict;
    }

    /** {@return what the suite ran on} */
    public String device() {
        return device;
    }

    /** {@return a line for each op and type of activations} */
    public List<Line> lines() {
        return lines;
    }

    /**
     * Cases of a standing.
     *
     * @param standing the standing
     * @return how many of all
     */
    public int count(Verdict.Standing standing) {
        return lines.stream().mapToInt(line -> line.count(standing)).sum();
    }

    /** {@return how many cases there are} */
    public int cases() {
        int cases = 0;
        for (Verdict.Standing standing : Verdict.Standing.values()) {
            cases += count(standing);
        }
        return cases;
    }

    /** {@return the runs that count as failed, each with its reason} */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Result result : verdict.results()) {
            verdict.fault(result).ifPresent(reason -> faults.add(result.id() + ": " + reason));
        }
        return faults;
    }

    /** {@return the runs of an outcome that isn't to be hidden: what the backend has no kernel for, by reason} */
    public Map<String, Integer> reasons() {
        Map<String, Integer> reasons = new TreeMap<>();
        verdict.results().stream()
                .filter(result -> result.outcome().status() == Outcome.Status.UNSUPPORTED)
                .forEach(result ->
                        reasons.merge(result.op() + ": " + result.outcome().message(), 1, Integer::sum));
        return reasons;
    }
}
