package org.tenon.conformance.trial;

import java.util.Set;
import org.tenon.api.op.Op;
import org.tenon.api.tensor.DType;

/** What a backend must hold to beside single ops: a law of caches and models, what it does when it is closed. Stateless. */
public interface Check {
    /** {@return says which it is, and seeds its values: the parts are parted by slashes} */
    String id();

    /** {@return what it is about; reports count by it, as they count by the names of ops} */
    String subject();

    /** {@return the type of activations that it opens the backend for} */
    DType activations();

    /** {@return the kind of run, the last part of what a report calls it} */
    String way();

    /** {@return the ops without which it has no meaning, beside those that every model has; none unless it says so} */
    default Set<Class<? extends Op<?, ?>>> needs() {
        return Set.of();
    }

    /**
     * Checks a backend, opening it as often as it needs.
     *
     * @param candidate the backend
     * @return what came of it; an exception means that it failed, a {@link org.tenon.api.backend.Refused} that it is not supported
     */
    Outcome run(Candidate candidate);
}
