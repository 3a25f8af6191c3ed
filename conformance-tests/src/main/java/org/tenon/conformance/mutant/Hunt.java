package org.tenon.conformance.mutant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Run;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.trial.Outcome;

/** Lets a suite look for mutants of its backend, in this process, one after another. For one thread. */
public final class Hunt {
    private final Suite suite;
    private final List<Run> runs;
    private final Map<String, List<Result>> correct = new HashMap<>();

    /**
     * Prepares the suite.
     *
     * @param suite the suite with the backend that mutants are made of
     */
    public Hunt(Suite suite) {
        this.suite = suite;
        this.runs = suite.runs(Selection.all());
    }

    /**
     * Looks for a mutant with the part of the suite that is named for it.
     *
     * @param mutant the mutant
     * @return what became of it; of one that is made from a backend that is wrong itself, that it proves nothing
     */
    public Mutation find(Mutant mutant) {
        List<Result> before = correct.computeIfAbsent(mutant.part(), part -> results(suite, part));
        for (Result result : before) {
            if (wrong(result)) {
                return new Mutation(
                        mutant,
                        Mutation.Fate.NOT_APPLICABLE,
                        "the backend itself fails " + result.id() + ": "
                                + result.outcome().message());
            }
        }
        AtomicBoolean differs = new AtomicBoolean();
        Suite changed = new Suite(
                new Provider(suite.provider(), mutant, differs),
                suite.device(),
                suite.profile(),
                suite.judge(),
                suite.more(),
                suite.known());
        return results(changed, mutant.part()).stream()
                .filter(Hunt::wrong)
                .findFirst()
                .map(found -> new Mutation(
                        mutant,
                        Mutation.Fate.KILLED,
                        found.id() + ": " + found.outcome().message()))
                .orElseGet(() -> differs.get() && applicable(before)
                        ? new Mutation(mutant, Mutation.Fate.SURVIVED, "no run with '" + mutant.part() + "' found it")
                        : new Mutation(
                                mutant,
                                Mutation.Fate.NOT_APPLICABLE,
                                "the backend has no kernel that it could change"));
    }

    private List<Result> results(Suite which, String part) {
        List<Run> some = runs.stream().filter(run -> run.id().contains(part)).toList();
        if (some.isEmpty()) {
            throw new IllegalArgumentException("a mutant's part names no run: " + part);
        }
        try (Session session = new Session(which)) {
            return some.stream().map(session::run).toList();
        }
    }

    private static boolean wrong(Result result) {
        return result.outcome().status().wrong();
    }

    private static boolean applicable(List<Result> correct) {
        return correct.stream()
                .anyMatch(result ->
                        !result.way().equals("opened") && result.outcome().status() == Outcome.Status.PASSED);
    }

    /** A provider of mutants. */
    private record Provider(BackendProvider correct, Mutant mutant, AtomicBoolean differs) implements BackendProvider {
        @Override
        public String name() {
            return correct.name();
        }

        @Override
        public Presence presence() {
            return correct.presence();
        }

        @Override
        public List<Device> devices() {
            return correct.devices();
        }

        @Override
        public Backend open(Device device, Numerics numerics) {
            return mutant.of(correct.open(device, numerics), differs);
        }
    }
}
