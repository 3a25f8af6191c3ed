package org.tenon.models.family;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.models.architecture.SpecTree;
import org.tenon.models.assembly.LayerProviders;

/**
 * Architectures that no published family expresses: {@code config.json} holds the plain tree of {@link SpecTree}, and tensors are called by
 * the paths of the parameters.
 */
public final class TenonTree implements ModelFamily {
    private static final String MODEL_TYPE = "tenon";

    private final Supplier<LayerProviders> providers;

    /** Reads the layers that {@link java.util.ServiceLoader} finds. */
    public TenonTree() {
        this.providers = LayerProviders::found;
    }

    /**
     * Reads given kinds of layers.
     *
     * @param providers the kinds of layers
     */
    public TenonTree(LayerProviders providers) {
        this.providers = () -> providers;
    }

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public ModelSpec spec(Config config) {
        return SpecTree.read(config, providers.get());
    }

    @Override
    public ParameterNames names(Config config, Format format) {
        return ParameterNames.names().map("{...}", "{...}");
    }

    @Override
    public Optional<Config> config(ModelSpec spec) {
        Config tree = SpecTree.write(spec, providers.get());
        Config config = Config.object().with("model_type", MODEL_TYPE);
        for (String key : tree.keys()) {
            config = config.with(key, tree.child(key));
        }
        return Optional.of(config);
    }
}
