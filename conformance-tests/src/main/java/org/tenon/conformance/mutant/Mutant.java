package org.tenon.conformance.mutant;

import java.util.concurrent.atomic.AtomicBoolean;
import org.tenon.api.backend.Backend;

/**
 * A way to be wrong.
 *
 * @param name what is wrong, in a few words
 * @param part what the ids of the runs contain that must find it
 * @param change makes it wrong
 */
public record Mutant(String name, String part, Change change) {
    /**
     * A backend that is wrong.
     *
     * @param correct a backend that isn't; belongs to the mutant from now on
     * @param differs is set once the two answer differently: a backend without the kernel that is to be wrong never does
     * @return the same backend with the fault
     */
    public Backend of(Backend correct, AtomicBoolean differs) {
        return new MutantBackend(correct, change, differs);
    }

    @Override
    public String toString() {
        return name;
    }
}
