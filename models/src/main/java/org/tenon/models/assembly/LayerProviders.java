package org.tenon.models.assembly;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.layer.SpecType;
import org.tenon.models.plugin.Plugins;

/**
 * The kinds of layers there are: those of Tenon and those of plugins. As a codec it writes a layer as its provider does, with the name
 * of its kind under {@code type}. Immutable and thread-safe.
 */
public final class LayerProviders implements SpecCodec {
    private static final String TYPE = "type";

    private final Map<Class<?>, LayerProvider<?>> byClass = new LinkedHashMap<>();
    private final Map<String, LayerProvider<?>> byName = new LinkedHashMap<>();
    private final List<String> problems;

    private LayerProviders(List<LayerProvider<?>> providers, List<String> problems) {
        this.problems = List.copyOf(problems);
        for (LayerProvider<?> provider : providers) {
            SpecType<?> type = provider.type();
            unique(byName.putIfAbsent(type.name(), provider), provider, "the kind of layer " + type.name());
            unique(
                    byClass.putIfAbsent(type.type(), provider),
                    provider,
                    "the spec " + type.type().getName());
        }
    }

    private static void unique(@Nullable LayerProvider<?> other, LayerProvider<?> provider, String what) {
        if (other != null) {
            throw new TenonException(
                    what + " is provided twice, by " + other.getClass().getName() + " and by "
                            + provider.getClass().getName() + "; remove one of the two plugins");
        }
    }

    /**
     * Given kinds.
     *
     * @param providers their providers
     * @return the kinds
     * @throws TenonException when two providers give the same name or the same class
     */
    public static LayerProviders of(List<LayerProvider<?>> providers) {
        return new LayerProviders(providers, List.of());
    }

    /**
     * The kinds that {@link ServiceLoader} finds from the current thread's class loader. A plugin that can't be loaded is left out; the
     * reason is told when a layer is of no kind that was found.
     *
     * @return the kinds
     * @throws TenonException when two providers give the same name or the same class
     */
    public static LayerProviders found() {
        return of(List.of(), ServiceLoader.load(LayerProvider.class));
    }

    /**
     * Kinds given by hand, and those that a service loader finds.
     *
     * @param given by hand
     * @param services finds the others
     * @return the kinds
     * @throws TenonException when two providers give the same name or the same class
     */
    @SuppressWarnings("rawtypes") // a service is known by its raw class
    public static LayerProviders of(List<LayerProvider<?>> given, ServiceLoader<LayerProvider> services) {
        Plugins<LayerProvider> found = Plugins.of(new ArrayList<LayerProvider>(given), services);
        List<LayerProvider<?>> providers = new ArrayList<>();
        for (LayerProvider<?> provider : found.providers()) {
            providers.add(provider);
        }
        return new LayerProviders(providers, found.problems());
    }

    /** {@return the names of the kinds} */
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /** {@return why plugins that are there were left out} */
    public List<String> problems() {
        return problems;
    }

    /**
     * The provider of a layer.
     *
     * @param spec what the layer is
     * @param <S> its record
     * @return its provider, or nothing where there is none
     */
    @SuppressWarnings("unchecked") // byClass holds a provider under the class of its spec
    public <S extends LayerSpec> Optional<LayerProvider<S>> provider(S spec) {
        return Optional.ofNullable((LayerProvider<S>) byClass.get(spec.getClass()));
    }

    /** {@inheritDoc} */
    @Override
    public Config write(LayerSpec spec) {
        SpecType<LayerSpec> type = provider(spec)
                .orElseThrow(() -> new TenonException(unknown(spec)))
                .type();
        Config tree = Config.object().with(TYPE, type.name());
        Config body = type.write().apply(spec, this);
        for (String key : body.keys()) {
            tree = tree.with(key, body.optional(key).orElseGet(Config::nothing));
        }
        return tree;
    }

    /** {@inheritDoc} */
    @Override
    public LayerSpec read(Config tree) {
        Config type = tree.child(TYPE);
        LayerProvider<?> provider = byName.get(type.asText());
        if (provider == null) {
            throw type.invalid(
                    "a kind of layer that is there (" + String.join(", ", byName.keySet()) + ")" + reasons());
        }
        return provider.type().read().apply(tree, this);
    }

    /** What is wrong with a layer of no kind that is there. */
    String unknown(LayerSpec spec) {
        return "no provider for " + spec.getClass().getName() + "; put its plugin on the class path or the module path"
                + reasons();
    }

    private String reasons() {
        return problems.isEmpty() ? "" : ". Plugins that could not be loaded: " + String.join("; ", problems);
    }
}
