package org.tenon.conformance.suite;

import java.util.List;
import java.util.ServiceLoader;
import org.tenon.api.backend.BackendProvider;
import org.tenon.models.plugin.Plugins;

/** The backends on the class path and the module path. */
public final class Providers {
    private Providers() {}

    /**
     * Finds a backend.
     *
     * @param name its name
     * @return its provider
     * @throws UnknownName when there is none of that name
     */
    public static BackendProvider named(String name) {
        List<BackendProvider> all = Plugins.of(List.<BackendProvider>of(), ServiceLoader.load(BackendProvider.class))
                .providers();
        return all.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UnknownName(
                        "backend",
                        name,
                        all.stream().map(BackendProvider::name).sorted().toList()));
    }
}
