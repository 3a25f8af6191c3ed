package org.tenon.conformance.worker;

import java.util.List;
import org.tenon.conformance.mutant.Hunt;
import org.tenon.conformance.mutant.Mutant;
import org.tenon.conformance.mutant.Mutants;
import org.tenon.conformance.mutant.Mutation;
import org.tenon.conformance.suite.Run;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.trial.Outcome;

/** What a worker does, one thing after another: the runs of a suite, or its mutants. */
sealed interface Task extends AutoCloseable {
    /** How many things there are. */
    int size();

    /** Does one of them. */
    Outcome outcome(int index);

    @Override
    void close();

    /** The runs of a suite. */
    record Runs(List<Run> runs, Session session) implements Task {
        static Runs of(Suite suite, Selection selection) {
            return new Runs(suite.runs(selection), new Session(suite));
        }

        @Override
        public int size() {
            return runs.size();
        }

        @Override
        public Outcome outcome(int index) {
            return session.run(runs.get(index)).outcome();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /** Mutants: one that is found has passed, one that isn't has failed, one that proves nothing is unsupported. */
    record Mutations(List<Mutant> mutants, Hunt hunt) implements Task {
        static Mutations of(Suite suite, Selection selection) {
            return new Mutations(Mutants.among(selection), new Hunt(suite));
        }

        @Override
        public int size() {
            return mutants.size();
        }

        @Override
        public Outcome outcome(int index) {
            Mutation mutation = hunt.find(mutants.get(index));
            return switch (mutation.fate()) {
                case KILLED -> Outcome.passed(mutation.finding(), 0);
                case SURVIVED -> Outcome.failed(mutation.finding());
                case NOT_APPLICABLE -> Outcome.unsupported(mutation.finding());
            };
        }

        @Override
        public void close() {
            // nothing stays open between two mutants
        }
    }
}
