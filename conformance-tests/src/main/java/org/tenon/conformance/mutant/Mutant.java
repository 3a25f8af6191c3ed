package org.tenon.conformance.mutant;

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
     * @return the same backend with the fault
     */
    public Backend of(Backend correct) {
        return new MutantBackend(correct, change);
    }

    @Override
    public String toString() {
        return name;
    }
}
