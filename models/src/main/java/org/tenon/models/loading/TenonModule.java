package org.tenon.models.loading;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.model.ModelFamily;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.family.TenonTree;
import org.tenon.models.plugin.PluginFinder;
import org.tenon.models.plugin.Plugins;

/**
 * Binds what plugins provide. Plugins themselves are never injected: {@link ServiceLoader} makes them, and their instances are bound.
 */
final class TenonModule extends AbstractModule {
    private final Options options;
    private final PluginFinder finder;

    TenonModule(Options options, PluginFinder finder) {
        this.options = options;
        this.finder = finder;
    }

    /** Bound by hand, so that Guice needs neither reflection nor classes made at run time. */
    @Override
    protected void configure() {
        Provider<LayerProviders> layers = getProvider(LayerProviders.class);
        Provider<Families> families = getProvider(Families.class);
        Provider<Backends> backends = getProvider(Backends.class);
        bind(LayerProviders.class)
                .toProvider(() -> LayerProviders.of(options.plugins().layers(), finder.find(LayerProvider.class)))
                .in(Singleton.class);
        bind(Families.class).toProvider(() -> families(layers.get())).in(Singleton.class);
        bind(Backends.class)
                .toProvider(() ->
                        new Backends(Plugins.of(options.plugins().backends(), finder.find(BackendProvider.class))))
                .in(Singleton.class);
        bind(Loader.class)
                .toProvider(() -> new Loader(options, backends.get(), families.get(), layers.get()))
                .in(Singleton.class);
    }

    /** The family of plain trees comes last: it can write every architecture. */
    private Families families(LayerProviders layers) {
        Plugins<ModelFamily> found = Plugins.of(options.plugins().families(), finder.find(ModelFamily.class));
        List<ModelFamily> families = new ArrayList<>(found.providers());
        families.removeIf(TenonTree.class::isInstance);
        families.add(new TenonTree(layers));
        return new Families(new Plugins<>(families, found.problems()));
    }
}
