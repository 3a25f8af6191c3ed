package org.tenon.conformance.suite;

import java.util.List;
import java.util.Optional;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.trial.Judge;

/**
 * A backend that is on the class path or the module path, by its name: what the command line tests.
 *
 * @param backend its name
 * @param device the id of the device; nothing for the first
 * @param profile what it must be able to do
 */
public record NamedBackend(String backend, Optional<String> device, Profile profile) implements SuiteSource {
    @Override
    public Suite suite() {
        return new Suite(
                Providers.named(backend),
                device,
                profile,
                new Judge(Oracles.standard(), Precision.F32),
                List.of(),
                List.of());
    }

    /** {@return it as words on a worker's command line} */
    public List<String> words() {
        return device.map(id -> List.of(backend, profile.name(), id)).orElse(List.of(backend, profile.name()));
    }

    /**
     * Reads the words.
     *
     * @param words what {@link #words} gave
     * @return the backend
     */
    public static NamedBackend of(List<String> words) {
        return new NamedBackend(words.get(0), words.stream().skip(2).findFirst(), Profile.named(words.get(1)));
    }
}
