package org.tenon.conformance.suite;

import java.util.List;
import java.util.ServiceLoader;
import org.tenon.api.backend.BackendProvider;

/** The backends on the class path and the module path. */
public final class Providers {
    private Providers() {}

    /**
     * Finds a backend.
     *
     * @param name its name
     * @return its provider
     * @throws IllegalArgumentException when there is none of that name
     */
    public static BackendProvider named(String name) {
        List<BackendProvider> all = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return all.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no backend '" + name + "'; there are "
                        + all.stream().map(BackendProvider::name).toList()));
    }
}
