package org.tenon.conformance.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tenon.conformance.mutant.Mutation;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.suite.Verdict.Standing;
import org.tenon.conformance.trial.Outcome;

/** The figures of a verdict, by op and types. Immutable. */
public final class Report {
    private final Verdict verdict;
    private final String device;
    private final List<Mutation> mutations;
    private final List<Cell> cells;

    /**
     * How an op did with some types.
     *
     * @param op its name
     * @param types what it computes with, as in {@code F32 BF16 -> F32}
     * @param standings how many cases there are of each standing
     * @param claimed of how many cases the backend said that it has a kernel
     * @param worst the largest share of its bound that an element was off by
     * @param nanos the time that its runs took
     */
    public record Cell(
            String op, String types, Map<Standing, Integer> standings, int claimed, double worst, long nanos) {
        /**
         * Copies the map.
         *
         * @param op its name
         * @param types what it computes with
         * @param standings how many cases there are of each standing
         * @param claimed of how many cases the backend said that it has a kernel
         * @param worst the largest share of its bound that an element was off by
         * @param nanos the time that its runs took
         */
        public Cell {
            standings = Map.copyOf(standings);
        }

        /**
         * Cases of a standing.
         *
         * @param standing the standing
         * @return how many
         */
        public int count(Standing standing) {
            return standings.getOrDefault(standing, 0);
        }

        /** {@return how many cases there are} */
        public int cases() {
            return standings.values().stream().mapToInt(Integer::intValue).sum();
        }

        /** {@return the time that a case takes in all its runs, in milliseconds} */
        public double millisPerCase() {
            return nanos / 1e6 / Math.max(1, cases());
        }
    }

    /**
     * A run that counts as failed.
     *
     * @param token the run's id, which replays it
     * @param reason what is wrong
     */
    public record Fault(String token, String reason) {}

    /**
     * A report.
     *
     * @param verdict what the results mean
     * @param device what the suite ran on
     * @param mutations what became of the backend's mutants; none when nobody looked for them
     */
    public Report(Verdict verdict, String device, List<Mutation> mutations) {
        this.verdict = verdict;
        this.device = device;
        this.mutations = List.copyOf(mutations);
        Map<String, Standing> standings = verdict.cases();
        Map<String, Sum> sums = new TreeMap<>();
        for (Result result : verdict.results()) {
            Sum sum =
                    sums.computeIfAbsent(result.op() + " " + result.types(), _ -> new Sum(result.op(), result.types()));
            sum.add(result, standings);
        }
        this.cells = sums.values().stream().map(Sum::cell).toList();
    }

    private static final class Sum {
        private final String op;
        private final String types;
        private final Map<Standing, Integer> cases = new EnumMap<>(Standing.class);
        private int claimed;
        private double worst;
        private long nanos;

        Sum(String op, String types) {
            this.op = op;
            this.types = types;
        }

        void add(Result result, Map<String, Standing> standings) {
            worst = Math.max(worst, result.outcome().worst());
            nanos += result.nanos();
            if (!result.way().equals("opened")) { // each case has one other run
                cases.merge(standings.get(result.caseId()), 1, Integer::sum);
                claimed += result.outcome().claimed() ? 1 : 0;
            }
        }

        Cell cell() {
            return new Cell(op, types, cases, claimed, worst, nanos);
        }
    }

    /** {@return the verdict} */
    public Verdict verdict() {
        return verdict;
    }

    /** {@return the backend's name} */
    public String backend() {
        return verdict.suite().provider().name();
    }

    /** {@return the profile's name} */
    public String profile() {
        return verdict.suite().profile().name();
    }

    /** {@return what the suite ran on} */
    public String device() {
        return device;
    }

    /** {@return whether the backend conforms, and every mutant of it was found} */
    public boolean conforms() {
        return verdict.conforms() && survivors().isEmpty();
    }

    /** {@return a cell for each op and its types} */
    public List<Cell> cells() {
        return cells;
    }

    /**
     * Cases of a standing.
     *
     * @param standing the standing
     * @return how many of all
     */
    public int count(Standing standing) {
        return cells.stream().mapToInt(cell -> cell.count(standing)).sum();
    }

    /** {@return how many cases there are} */
    public int cases() {
        return cells.stream().mapToInt(Cell::cases).sum();
    }

    /** {@return the runs that count as failed} */
    public List<Fault> faults() {
        List<Fault> faults = new ArrayList<>();
        for (Result result : verdict.results()) {
            verdict.fault(result).ifPresent(reason -> faults.add(new Fault(result.id(), reason)));
        }
        return faults;
    }

    /** {@return what the backend has no kernel for, by reason, with the number of runs} */
    public Map<String, Integer> reasons() {
        Map<String, Integer> reasons = new TreeMap<>();
        verdict.results().stream()
                .filter(result -> result.outcome().status() == Outcome.Status.UNSUPPORTED)
                .forEach(result ->
                        reasons.merge(result.op() + ": " + result.outcome().message(), 1, Integer::sum));
        return reasons;
    }

    /** {@return the mutants that could be found: those that change a kernel of the backend} */
    public List<Mutation> mutants() {
        return mutations.stream()
                .filter(mutation -> mutation.fate() != Mutation.Fate.NOT_APPLICABLE)
                .toList();
    }

    /** {@return how many mutants were found} */
    public int killed() {
        return mutants().size() - survivors().size();
    }

    /** {@return the names of mutants that no run found, each of which shows that the suite is too weak} */
    public List<String> survivors() {
        return mutations.stream()
                .filter(mutation -> mutation.fate() == Mutation.Fate.SURVIVED)
                .map(mutation -> mutation.mutant().name())
                .toList();
    }

    /** {@return the mutants that prove nothing with this backend, each with the reason} */
    public List<String> notApplicable() {
        return mutations.stream()
                .filter(mutation -> mutation.fate() == Mutation.Fate.NOT_APPLICABLE)
                .map(mutation -> mutation.mutant().name() + ": " + mutation.finding())
                .toList();
    }
}
