package org.tenon.models.plugin;

import java.util.ServiceLoader;

/** Finds the providers of a service: in a class loader, or in a module layer. */
public interface PluginFinder {
    /**
     * Finds providers. To be called from the module that uses the service.
     *
     * @param service the service
     * @param <S> the service
     * @return its providers
     */
    <S> ServiceLoader<S> find(Class<S> service);

    /**
     * Looks in a class loader.
     *
     * @param loader the class loader
     * @return the finder
     */
    static PluginFinder in(ClassLoader loader) {
        return new PluginFinder() {
            @Override
            public <S> ServiceLoader<S> find(Class<S> service) {
                return ServiceLoader.load(service, loader);
            }
        };
    }

    /**
     * Looks in a module layer and its parents.
     *
     * @param layer the module layer
     * @return the finder
     */
    static PluginFinder in(ModuleLayer layer) {
        return new PluginFinder() {
            @Override
            public <S> ServiceLoader<S> find(Class<S> service) {
                return ServiceLoader.load(layer, service);
            }
        };
    }
}
