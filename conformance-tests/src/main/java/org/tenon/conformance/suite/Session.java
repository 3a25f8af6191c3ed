package org.tenon.conformance.suite;

import java.util.HashMap;
import java.util.Map;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Refused;
import org.tenon.api.op.Primitive;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.trial.Outcome;

/** Runs one after another in this process, on a backend that is opened once for each type of activations. */
public final class Session implements AutoCloseable {
    private final Suite suite;
    private final Map<DType, Backend> open = new HashMap<>();
    private final Map<DType, Refused> refused = new HashMap<>();

    /**
     * Begins.
     *
     * @param suite the suite
     */
    public Session(Suite suite) {
        this.suite = suite;
    }

    /**
     * Does a run.
     *
     * @param run the run
     * @return what came of it; whatever is thrown is a failure
     */
    public Result run(Run run) {
        long start = System.nanoTime();
        Outcome outcome;
        try {
            outcome = switch (run) {
                case Run.OfCase each -> judged(each, backend(run.activations()));
                case Run.OfCheck each -> each.check().run(suite.candidate());
            };
        } catch (Refused refusal) {
            outcome = Outcome.unsupported(String.valueOf(refusal.getMessage()));
        } catch (RuntimeException | Error failure) {
            outcome = Outcome.failed(failure.toString());
        }
        return Result.of(run, outcome, System.nanoTime() - start);
    }

    private Outcome judged(Run.OfCase run, Backend backend) {
        Outcome outcome = run.trial().run(run.testCase(), backend, suite.judge());
        boolean must = run.testCase().op() instanceof Primitive<?, ?>
                && run.activations().equals(DType.F32)
                && suite.profile().natively().contains(run.testCase().op().getClass());
        return must && outcome.status() == Outcome.Status.UNSUPPORTED
                ? Outcome.missing("a backend of profile " + suite.profile().name()
                        + " must have a kernel for it, but says: " + outcome.message())
                : outcome;
    }

    private Backend backend(DType type) {
        Refused refusal = refused.get(type);
        if (refusal != null) {
            throw refusal;
        }
        Backend backend = open.get(type);
        if (backend == null) {
            try {
                backend = suite.provider().open(suite.chosen(), Numerics.of(type));
            } catch (Refused failure) {
                refused.put(type, failure);
                throw failure;
            }
            open.put(type, backend);
        }
        return backend;
    }

    @Override
    public void close() {
        open.values().forEach(Backend::close);
        open.clear();
    }
}
