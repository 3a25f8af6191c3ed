package org.tenon.conformance.mutant;

/**
 * What became of a mutant.
 *
 * @param mutant the mutant
 * @param fate what became of it
 * @param finding the first run that found it, or why none did
 */
public record Mutation(Mutant mutant, Fate fate, String finding) {
    /** What becomes of a mutant. */
    public enum Fate {
        /** A run found it. */
        KILLED,
        /** No run found it: the suite is too weak. */
        SURVIVED,
        /** It proves nothing: the backend has no kernel that it could change, or is wrong itself. */
        NOT_APPLICABLE
    }
}
