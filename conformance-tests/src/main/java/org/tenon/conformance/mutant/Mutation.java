package org.tenon.conformance.mutant;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.trial.Outcome;

/**
 * What became of a mutant.
 *
 * @param mutant the mutant
 * @param fate what became of it
 * @param finding the first run that found it, or what is wrong with the mutant itself
 */
public record Mutation(Mutant mutant, Fate fate, String finding) {
    /** What becomes of a mutant. */
    public enum Fate {
        /** A run found it. */
        KILLED,
        /** No run found it: the suite is too weak. */
        SURVIVED,
        /** The backend has no kernel that it could change. */
        NOT_APPLICABLE
    }

    /**
     * Lets a part of a suite look for a mutant.
     *
     * @param mutant the mutant
     * @param suite the suite, whose backend passes that part
     * @return what became of it
     * @throws IllegalStateException when the backend doesn't pass that part, or there is none
     */
    public static Mutation of(Mutant mutant, Suite suite) {
        List<Result> correct = results(suite, mutant.part());
        for (Result result : correct) {
            if (wrong(result)) {
                throw new IllegalStateException("the backend itself fails " + result.id() + ", so that mutant '"
                        + mutant + "' proves nothing: " + result.outcome().message());
            }
        }
        Suite changed = new Suite(
                new Provider(suite.provider(), mutant),
                suite.device(),
                suite.profile(),
                suite.judge(),
                suite.more(),
                suite.known());
        List<Result> results = results(changed, mutant.part());
        return results.stream()
                .filter(Mutation::wrong)
                .findFirst()
                .map(found -> new Mutation(
                        mutant, Fate.KILLED, found.id() + ": " + found.outcome().message()))
                .orElseGet(() -> new Mutation(mutant, applicable(correct) ? Fate.SURVIVED : Fate.NOT_APPLICABLE, ""));
    }

    private static List<Result> results(Suite suite, String part) {
        try (Session session = new Session(suite)) {
            return suite.runs(part).stream().map(session::run).toList();
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
    private record Provider(BackendProvider correct, Mutant mutant) implements BackendProvider {
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
            return mutant.of(correct.open(device, numerics));
        }
    }
}
