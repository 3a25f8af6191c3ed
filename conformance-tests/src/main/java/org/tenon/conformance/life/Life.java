package org.tenon.conformance.life;

import java.util.Optional;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.trial.Candidate;
import org.tenon.conformance.trial.Check;
import org.tenon.conformance.trial.Outcome;

/** Something that must hold in the life of a backend. */
record Life(String name, Story story) implements Check {
    /** What happens. */
    @FunctionalInterface
    interface Story {
        /** What is wrong, if anything is. */
        Optional<String> fault(Candidate candidate) throws InterruptedException;
    }

    @Override
    public String id() {
        return "Life/" + name;
    }

    @Override
    public String subject() {
        return "Life: " + name;
    }

    @Override
    public DType activations() {
        return DType.F32;
    }

    @Override
    public String way() {
        return "life";
    }

    @Override
    public Outcome run(Candidate candidate) {
        try {
            return story.fault(candidate).map(Outcome::failed).orElseGet(() -> Outcome.passed(0));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            return Outcome.failed("interrupted");
        }
    }

    @Override
    public String toString() {
        return id();
    }
}
