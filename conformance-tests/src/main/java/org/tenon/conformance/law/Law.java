package org.tenon.conformance.law;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.model.Limits;
import org.tenon.api.op.Op;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.trial.Candidate;
import org.tenon.conformance.trial.Check;
import org.tenon.conformance.trial.Outcome;

/** A law, of one model in one precision. */
record Law(String name, TinyModel tiny, Numerics numerics, Statement statement) implements Check {
    /** What the law says. */
    @FunctionalInterface
    interface Statement {
        Outcome holds(Ground ground);
    }

    @Override
    public String id() {
        String promise = switch (numerics.reproducibility()) {
            case NONE -> "";
            case RUN_TO_RUN -> "/run to run";
            case BATCH_INVARIANT -> "/batch invariant";
        };
        return "Law/" + name + "/" + tiny + "/" + numerics.activations() + promise;
    }

    @Override
    public String subject() {
        return "Law: " + name;
    }

    @Override
    public Set<Class<? extends Op<?, ?>>> needs() {
        return tiny.needs();
    }

    @Override
    public DType activations() {
        return numerics.activations();
    }

    @Override
    public String way() {
        return "law";
    }

    @Override
    public Outcome run(Candidate candidate) {
        return statement.holds(new Ground(this, candidate));
    }

    @Override
    public String toString() {
        return id();
    }

    /** What a law is checked on. */
    record Ground(Law law, Candidate candidate) {
        static final int BLOCK = 16;
        private static final int ROWS = 64;
        private static final int SEQUENCES = 4;

        TinyModel tiny() {
            return law.tiny();
        }

        /** Limits with blocks of a size; one that holds the whole context makes a cache contiguous. */
        static Limits blocks(int size) {
            return Limits.defaults()
                    .sequences(SEQUENCES)
                    .rows(ROWS)
                    .outputs(ROWS)
                    .blockSize(size);
        }

        OpenModel open() {
            return open(blocks(BLOCK));
        }

        OpenModel open(Limits limits) {
            return OpenModel.open(
                    candidate, tiny().spec(), tiny().layers(), law.numerics(), limits, UnaryOperator.identity());
        }

        OpenModel open(UnaryOperator<Backend> change) {
            return OpenModel.open(candidate, tiny().spec(), tiny().layers(), law.numerics(), blocks(BLOCK), change);
        }

        /** The model without its windows. */
        OpenModel openWithoutWindows() {
            return OpenModel.open(
                    candidate,
                    tiny().window().orElseThrow().without(),
                    tiny().layers(),
                    law.numerics(),
                    blocks(BLOCK),
                    UnaryOperator.identity());
        }

        /** To the bit where batches are invariant. */
        Agreement agreement() {
            return Agreement.of(tiny().spec(), law.numerics(), candidate.precision());
        }

        /** Within the bound, whatever is promised: the order of sums differs. */
        Agreement roughly() {
            return Agreement.within(tiny().spec(), law.numerics(), candidate.precision());
        }

        /** To the bit where anything is promised of equal steps. */
        Agreement repeated() {
            return law.numerics().reproducibility() == Reproducibility.NONE ? roughly() : Agreement.exact();
        }

        /** Ids that the law's own id and a number decide on. */
        int[] ids(int count, int number) {
            return random(number).ints(count, 0, tiny().spec().vocabulary()).toArray();
        }

        SplittableRandom random(int number) {
            return new SplittableRandom(31L * law.name().hashCode() + number);
        }
    }
}
